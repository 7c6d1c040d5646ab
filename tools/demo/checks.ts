import { diskOf, imageSnapshots, output, virsh, type Guest } from "../../test/live/support/host.js";
import type { Expectations, Facts } from "./expectations.js";
import { halvesOf, type Outputs } from "./outputs.js";

/**
 * Compares the program's outputs with what you would look up by hand. None of the provider's own code reads the answers
 * here.
 */
export async function meetTheHost(
  expectations: Expectations,
  domain: Guest,
  outputs: Outputs,
): Promise<void> {
  const { name } = halvesOf(outputs);
  const of = [`--domain=${domain.name}`, `--snapshotname=${name}`];
  const { takenAt, state, description } = outputs;

  expectations.meet("virsh snapshot-list agrees with the outputs", await listed(domain), {
    Name: name,
    "Creation Time": takenAt,
    State: state,
  });
  expectations.meet("virsh snapshot-info agrees with the outputs", pick(await info(of)), {
    Name: name,
    Domain: domain.name,
    Current: outputs.isCurrent ? "yes" : "no",
    State: state,
    Location: "internal",
    Parent: outputs.parent ?? "-",
  });
  expectations.meet(
    "virsh snapshot-dumpxml agrees with the outputs",
    xmlFacts(await virsh("snapshot-dumpxml", ...of)),
    {
      domain: halvesOf(outputs).uuid,
      name,
      description,
      state,
      creationTime: takenAt,
      memory: outputs.capturedMemory.snapshot,
      disks: outputs.capturedDisks.map((disk) => `${disk.name} ${disk.snapshot}`).join(" "),
    },
  );
  expectations.meet("virsh snapshot-parent agrees with the outputs", await parent(of), {
    parent: outputs.parent ?? "none",
  });
  expectations.meet("virsh snapshot-current agrees with the outputs", await current(domain), {
    current: outputs.isCurrent ? name : "another",
  });
  await meetTheImage(expectations, domain, outputs);
}

async function meetTheImage(expectations: Expectations, domain: Guest, outputs: Outputs): Promise<void> {
  const [first, ...others] = await imageSnapshots(await diskOf(domain));
  const size = first?.["vm-state-size"] ?? 0;
  // libvirt and QEMU each read the clock.
  const apart = Math.abs((first?.["date-sec"] ?? 0) - Date.parse(outputs.takenAt) / 1000);
  expectations.meet(
    "qemu-img info agrees with the outputs",
    { name: first?.name ?? "none", others: others.length, "taken at the same time": apart <= 5 },
    { name: halvesOf(outputs).name, others: 0, "taken at the same time": true },
  );
  expectations.meet(
    "the image holds a memory state",
    { memory: size > 1024 * 1024 ? "internal" : "no" },
    { memory: outputs.capturedMemory.snapshot },
    `, ${(size / 1024 / 1024).toFixed(1)} MiB`,
  );
}

/** After a destroy: no snapshot is left, and the VM is as it was. */
export async function meetTheEnd(
  expectations: Expectations,
  domain: Guest,
  guest: Facts,
  wanted: Facts,
): Promise<void> {
  const names = await virsh("snapshot-list", `--domain=${domain.name}`, "--name");
  expectations.meet("virsh lists no snapshot", { snapshots: names || "none" }, { snapshots: "none" });
  const image = (await imageSnapshots(await diskOf(domain))).map(({ name }) => name).join(" ");
  expectations.meet("the image holds none", { snapshots: image || "none" }, { snapshots: "none" });
  const state = await virsh("domstate", domain.name);
  expectations.meet(
    "the VM keeps running, with its memory",
    { state, ...guest },
    { state: "running", ...wanted },
  );
}

/** The table that people read. It can be parsed because it has one row. */
async function listed({ name }: Guest): Promise<Facts> {
  const table = await virsh("snapshot-list", name);
  const [first = "", time = "", ...rest] = table.trim().split(/ {2,}/);
  return { Name: first, "Creation Time": rfc3339(Date.parse(time)), State: rest.join(" ") };
}

async function info(of: string[]): Promise<Map<string, string>> {
  const lines = (await virsh("snapshot-info", ...of)).split("\n");
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
}

function pick(from: Map<string, string>): Facts {
  const keys = ["Name", "Domain", "Current", "State", "Location", "Parent"];
  return Object.fromEntries(keys.map((key) => [key, from.get(key) ?? ""]));
}

/** libvirt writes the snapshot's own elements first, the domain's after them. */
function xmlFacts(xml: string): Facts {
  const first = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? "";
  const disks = [...first(/<disks>([^]*?)<\/disks>/).matchAll(/<disk name='(.*?)' snapshot='(.*?)'/g)];
  return {
    domain: first(/<uuid>(.*?)<\/uuid>/),
    name: first(/<name>(.*?)<\/name>/),
    description: first(/<description>(.*?)<\/description>/),
    state: first(/<state>(.*?)<\/state>/),
    creationTime: rfc3339(Number(first(/<creationTime>(.*?)<\/creationTime>/)) * 1000),
    memory: first(/<memory snapshot='(.*?)'/),
    disks: disks.map(([, name = "", kind = ""]) => `${name} ${kind}`).join(" "),
  };
}

/** virsh prints an error where there is none; it must not hide any other. */
async function parent(of: string[]): Promise<Facts> {
  const said = await virsh("snapshot-parent", ...of).catch((error: unknown) => String(error));
  return { parent: /snapshot '.*' has no parent/.test(said) ? "none" : said };
}

async function current({ name }: Guest): Promise<Facts> {
  return { current: await virsh("snapshot-current", `--domain=${name}`, "--name") };
}

function rfc3339(milliseconds: number): string {
  return Number.isNaN(milliseconds) ? "none" : new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

/** The versions of everything involved, in one line. */
export async function versions(): Promise<string> {
  const libvirt = await virsh("version", "--daemon");
  const daemon = /Running against daemon: (\S+)/.exec(libvirt)?.[1] ?? "of unknown version";
  const qemu = /Running hypervisor: QEMU (\S+)/.exec(libvirt)?.[1] ?? "of unknown version";
  const pulumi = (await output("pulumi", "version")).trim();
  return `libvirt ${daemon}, QEMU ${qemu}, Pulumi ${pulumi.replace(/^v/, "")}`;
}
