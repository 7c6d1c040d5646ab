import { open, readFile, writeFile } from "node:fs/promises";
import { diskOf, isBusy, lab, qemuPid, until, virsh, type Guest } from "./host.js";

/** Holds a domain with another client's snapshot for as long as QEMU is stopped. Returns what lets it go. */
export async function hold(domain: Guest): Promise<() => Promise<void>> {
  const qemu = await qemuPid(domain);
  process.kill(qemu, "SIGSTOP");
  const theirs = virsh("snapshot-create-as", domain.uuid, "theirs");
  let stopped = true;
  await until("another client holds the domain", () => isBusy(domain));
  return async () => {
    if (stopped) process.kill(qemu, "SIGCONT");
    stopped = false;
    await theirs;
  };
}

/** Deletes a snapshot, and takes another one of the same name. */
export async function replace({ uuid }: Guest, name: string, ...options: string[]): Promise<void> {
  await virsh("snapshot-delete", uuid, name);
  await virsh("snapshot-create-as", uuid, name, ...options);
}

/** When the snapshots in an image were taken, in seconds, by name; and where the file keeps that. */
async function datesIn(file: string): Promise<{ name: string; seconds: number; at: number }[]> {
  const image = await readFile(file);
  const found = [];
  let entry = Number(image.readBigUInt64BE(64));
  for (let left = image.readUInt32BE(60); left > 0; left -= 1) {
    const [idSize, nameSize] = [image.readUInt16BE(entry + 12), image.readUInt16BE(entry + 14)];
    const id = entry + 40 + image.readUInt32BE(entry + 36);
    const name = image.toString("utf8", id + idSize, id + idSize + nameSize);
    found.push({ name, seconds: image.readUInt32BE(entry + 16), at: entry + 16 });
    entry = Math.ceil((id + idSize + nameSize) / 8) * 8;
  }
  return found;
}

/** Replaces a snapshot of a domain that is off by another one that was taken within the same second. */
export async function replaceWithinTheSecond(domain: Guest, name: string): Promise<void> {
  const seconds = async () =>
    /<creationTime>(\d+)/.exec(await virsh("snapshot-dumpxml", domain.uuid, name))?.[1];
  const first = (await seconds()) ?? "";
  await replace(domain, name);
  const later = (await seconds()) ?? "";
  const xml = (await virsh("snapshot-dumpxml", domain.uuid, name)).replace(
    `<creationTime>${later}<`,
    `<creationTime>${first}<`,
  );
  const document = `${lab("LAB_DIR")}/${domain.uuid}.within-the-second.xml`;
  const disk = await diskOf(domain);
  const image = await open(disk, "r+");
  const date = Buffer.alloc(4);
  date.writeUInt32BE(Number(first));
  for (const each of await datesIn(disk)) if (each.name === name) await image.write(date, 0, 4, each.at);
  await image.close();
  await writeFile(document, xml);
  await virsh("snapshot-create", domain.uuid, document, "--redefine");
}
