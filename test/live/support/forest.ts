import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lab, virsh, type Guest } from "./host.js";

/** The kind that a planted snapshot claims to be. */
export type Kind = "off" | "memory" | "diskOnly";

export interface Planted {
  name: string;
  parent?: string | undefined;
  description?: string;
  kind?: Kind;
}

const SHAPES: Record<Kind, string> = {
  off: "<state>shutoff</state><memory snapshot='no'/>",
  memory: "<state>running</state><memory snapshot='internal'/>",
  diskOnly:
    "<state>disk-snapshot</state><memory snapshot='no'/><disks><disk name='vda' snapshot='external' type='file'>" +
    "<driver type='qcow2'/><source file='/overlay'/></disk></disks>",
};

/** Has libvirt record snapshots that were never taken: hundreds in a second, parents first. */
export async function plant({ uuid }: Guest, snapshots: readonly Planted[]): Promise<void> {
  const definition = (await virsh("dumpxml", "--inactive", uuid)).replace(/^<\?xml.*\n/, "");
  const folder = await mkdtemp(join(lab("LAB_DIR"), "forest-"));
  const files = snapshots.map((_, index) => join(folder, `${index}.xml`));
  const text = ({ name, parent, description, kind = "off" }: Planted, index: number) =>
    `<domainsnapshot><name>${escaped(name)}</name><creationTime>${1_700_000_000 + index}</creationTime>` +
    (description === undefined ? "" : `<description>${escaped(description)}</description>`) +
    (parent === undefined ? "" : `<parent><name>${escaped(parent)}</name></parent>`) +
    `${SHAPES[kind]}${definition}</domainsnapshot>`;
  for (const [index, file] of files.entries()) {
    const snapshot = snapshots[index];
    if (snapshot !== undefined) await writeFile(file, text(snapshot, index));
  }
  await virsh(
    files.map((file) => `snapshot-create --domain=${uuid} --xmlfile=${file} --redefine`).join("; "),
  );
  await rm(folder, { recursive: true });
}

function escaped(text: string): string {
  return text.replace(/[&<>"'\n\t]/g, (found) => `&#${found.charCodeAt(0)};`);
}
