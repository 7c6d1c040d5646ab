import { readdir, stat } from "node:fs/promises";
import type { Operation } from "../../../faults/table.js";
import { imageSnapshots, inGuest, lab, virsh, type Guest } from "../host.js";

/** A domain and everything of it on the host, as a test sees it without the provider. */
export interface Seen {
  /** `running (booted)`: the state, and why. */
  state: string;
  isFrozen: boolean;
  snapshots: readonly string[];
  /** The snapshots in its images, as far as they are internal. */
  tags: readonly string[];
  /** The tags that have memory. */
  memories: readonly string[];
  description: string | undefined;
  /** Its files, without the folder. */
  files: readonly string[];
  /** Whatever tells that the data of the other person's snapshot is the same. */
  theirs: string;
  /** Whether the guest has the memory that it had before the operation. */
  remembers: boolean | undefined;
}

export async function look(guests: ReadonlyMap<Operation, Guest>): Promise<Map<Operation, Seen>> {
  const all = [...guests].map(
    async ([operation, guest]) => [operation, await lookAt(operation, guest)] as const,
  );
  return new Map(await Promise.all(all));
}

const REVERTS: readonly Operation[] = ["revert", "revertExternal", "safely"];

async function lookAt(operation: Operation, domain: Guest): Promise<Seen> {
  const { uuid } = domain;
  const files = (await readdir(lab("LAB_DIR"))).filter(
    (file) => file.startsWith(uuid) && !file.endsWith(".serial"),
  );
  const said = await virsh(
    `domstate ${uuid} --reason; echo @; snapshot-list ${uuid} --name; echo @; snapshot-dumpxml ${uuid} theirs${operation === "describe" ? `; echo @; snapshot-dumpxml ${uuid} describe` : ""}`,
  );
  const [state = "", snapshots = "", xml = "", own = ""] = said.split("@").map((part) => part.trim());
  const base = `${lab("LAB_DIR")}/${uuid}-0.qcow2`;
  const tags = await imageSnapshots(base);
  const isExternal = xml.includes("snapshot='external'");
  const tag = tags.find(({ name }) => name === "theirs");
  const { size, mtimeMs } = await stat(base);
  const data = isExternal ? [size, mtimeMs] : [tag?.["vm-state-size"], tag?.["date-sec"]];
  const runs = state.startsWith("running");
  const isFrozen = operation === "quiesced" && runs && (await frozen(domain));
  return {
    state,
    isFrozen,
    snapshots: snapshots.split("\n").filter(Boolean).sort(),
    tags: tags.map(({ name }) => name).sort(),
    memories: tags.filter((each) => each["vm-state-size"] > 0).map(({ name }) => name),
    description: /<description>(.*)<\/description>/.exec(own)?.[1],
    files: files.map((file) => file.slice(uuid.length)).sort(),
    theirs: JSON.stringify([/<creationTime>\d+/.exec(xml)?.[0], ...data]),
    remembers:
      REVERTS.includes(operation) && runs
        ? (await inGuest(domain.name, 'echo "$since"')) === "yes"
        : undefined,
  };
}

async function frozen({ uuid }: Guest): Promise<boolean> {
  const said = await virsh("qemu-agent-command", uuid, '{"execute":"guest-fsfreeze-status"}');
  return said.includes("frozen");
}
