import { randomUUID } from "node:crypto";
import { chown, copyFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lab, output, virsh } from "../../test/live/support/host.js";
import type { Workload } from "./workloads.js";

/** The number of guests that boot at the same time. */
const AT_ONCE = 2;

/** The domains that workloads need. Those that are off are made once and used by several workloads. */
export class Domains {
  readonly #off: string[] = [];
  #template: { uuid: string; xml: string } | undefined;

  /** The names of at least as many domains as the workload needs. */
  async for({ domains, snapshots }: Workload): Promise<string[]> {
    if (domains === "running") return boot(snapshots);
    const wanted = domains === "one" ? 1 : snapshots;
    while (this.#off.length < wanted) await this.#add();
    return this.#off;
  }

  /** Like another one, because `lab-vm` would take minutes for hundreds. Its files are named after its UUID. */
  async #add(): Promise<void> {
    const name = `off-${this.#off.length + 1}`;
    const uuid = randomUUID();
    const template = await this.#like(name);
    if (template !== undefined) {
      const xml = template.xml
        .replaceAll(template.uuid, uuid)
        .replace(/<name>.*<\/name>/, `<name>${name}</name>`);
      await define(uuid, xml);
    }
    this.#off.push(name);
  }

  /** The domain to copy; `undefined` after making the first one, under this name. */
  async #like(name: string): Promise<{ uuid: string; xml: string } | undefined> {
    if (this.#template !== undefined) return this.#template;
    await output("lab-vm", "--off", name);
    this.#template = { uuid: await virsh("domuuid", name), xml: await virsh("dumpxml", "--inactive", name) };
    return undefined;
  }
}

async function boot(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `running-${index + 1}`);
  for (let made = 0; made < count; made += AT_ONCE)
    await Promise.all(names.slice(made, made + AT_ONCE).map((name) => output("lab-vm", name)));
  return names;
}

/** Ends the guests of a workload: idle ones would take processor time from the next. */
export async function powerOff(names: readonly string[]): Promise<void> {
  const running = (await virsh("list", "--name")).split("\n");
  for (const name of names) if (running.includes(name)) await virsh("destroy", name);
}

/** Domains without snapshots, as they were before. */
export async function discardSnapshots(names: readonly string[]): Promise<void> {
  const running = (await virsh("list", "--name")).split("\n");
  for (const name of names) await (running.includes(name) ? deleteSnapshots(name) : defineAgain(name));
}

async function deleteSnapshots(name: string): Promise<void> {
  const snapshots = (await virsh("snapshot-list", "--name", `--domain=${name}`)).split("\n");
  for (const snapshot of snapshots.filter((one) => one !== ""))
    await virsh("snapshot-delete", `--domain=${name}`, `--snapshotname=${snapshot}`);
}

/** To delete hundreds of snapshots of one image would take minutes. */
async function defineAgain(name: string): Promise<void> {
  const [uuid, xml] = [await virsh("domuuid", name), await virsh("dumpxml", "--inactive", name)];
  await virsh("undefine", "--snapshots-metadata", uuid);
  await define(uuid, xml);
}

/** Defines a domain with an empty disk, under the path that `lab-vm` gives it. */
async function define(uuid: string, xml: string): Promise<void> {
  const folder = lab("LAB_DIR");
  const disk = join(folder, `${uuid}-0.qcow2`);
  await copyFile(join(folder, "guest/disk.qcow2"), disk);
  const { uid, gid } = await stat(folder);
  await chown(disk, uid, gid);
  const definition = join(folder, `${uuid}.xml`);
  await writeFile(definition, xml);
  await virsh("define", definition);
  await rm(definition);
}
