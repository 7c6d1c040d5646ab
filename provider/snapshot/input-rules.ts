import { quote } from "../errors.js";
import type { SnapshotInputs } from "./inputs.js";
import { holdsUnknown } from "../schema/unknown.js";
import { problem, type Problem } from "../schema/validate.js";

type Rule = (inputs: SnapshotInputs) => Problem | undefined;

/**
 * Combinations of inputs that libvirt would refuse, or accept and ignore, for every domain. What depends on the domain
 * is in `capabilities/snapshot-rules.ts`.
 */
const RULES: readonly Rule[] = [
  ({ memory }) =>
    memory?.snapshot === "external" && memory.file === undefined
      ? problem("memory.file", "external memory needs a file. Give its absolute path on the host")
      : undefined,
  ({ memory }) =>
    memory !== undefined && memory.snapshot !== "external" && memory.file !== undefined
      ? problem(
          "memory.file",
          `memory.snapshot ${quote(memory.snapshot)} uses no file. Leave file out, or set memory.snapshot to "external"`,
        )
      : undefined,
  ({ memory, diskOnly }) =>
    diskOnly === true && memory !== undefined && memory.snapshot !== "no"
      ? problem(
          "memory.snapshot",
          `diskOnly captures no memory, but memory asks for ${quote(memory.snapshot)}. Leave one of them out`,
        )
      : undefined,
  ({ memory, disks = [] }) =>
    memory?.snapshot === "internal" && disks.some(({ snapshot }) => snapshot === "external")
      ? problem(
          "disks",
          'libvirt does not combine internal memory with external disks. Set memory.snapshot to "external" with a file, or use diskOnly',
        )
      : undefined,
  ({ memory, disks = [] }) =>
    memory?.snapshot === "external" && disks.some(({ snapshot }) => snapshot === "internal")
      ? problem(
          "disks",
          'libvirt does not combine external memory with internal disks. Make the disks "external", or memory "internal"',
        )
      : undefined,
  ({ diskOnly, disks = [] }) =>
    diskOnly === true && disks.some(({ snapshot }) => snapshot === "internal")
      ? problem(
          "disks",
          'diskOnly takes external snapshots, but a disk asks for "internal". Make it "external", or leave diskOnly out',
        )
      : undefined,
  ({ disks = [] }) => overlayOfNoExternalDisk(disks),
  ({ disks = [] }) =>
    repeated(
      "disk",
      disks.map(({ name }) => name),
    ),
  ({ disks = [] }) =>
    repeated(
      "file",
      disks.flatMap(({ file }) => file ?? []),
    ),
  ({ quiesce = "none", diskOnly }) =>
    quiesce !== "none" && diskOnly !== true
      ? problem(
          "quiesce",
          "libvirt freezes file systems only for a snapshot of disks alone; one with memory does not need it. Set diskOnly, or leave quiesce out",
        )
      : undefined,
  ({ live, memory }) =>
    live === true && memory?.snapshot !== "external"
      ? problem(
          "live",
          'the guest can keep running only while its memory goes to a file. Set memory.snapshot to "external", or leave live out',
        )
      : undefined,
  ({ reuseExternal, disks = [] }) =>
    reuseExternal === true && !disks.some(({ file }) => file !== undefined)
      ? problem(
          "reuseExternal",
          "no overlay to reuse is named. Name the files in disks, or leave reuseExternal out",
        )
      : undefined,
];

/** A problem for each rule that the inputs break. Values that a preview does not know yet break none. */
export function conflicts(inputs: SnapshotInputs): Problem[] {
  const { memory, disks } = inputs;
  if (holdsUnknown([memory, disks, inputs.diskOnly, inputs.quiesce, inputs.live, inputs.reuseExternal]))
    return [];
  return RULES.map((rule) => rule(inputs)).filter((conflict) => conflict !== undefined);
}

function overlayOfNoExternalDisk(disks: NonNullable<SnapshotInputs["disks"]>): Problem | undefined {
  const index = disks.findIndex(
    ({ snapshot, file, driver, type }) => snapshot !== "external" && (file ?? driver ?? type) !== undefined,
  );
  if (index < 0) return undefined;
  return problem(
    `disks[${index}]`,
    'file, driver and type describe an overlay, but this disk gets none. Set snapshot to "external", or leave them out',
  );
}

function repeated(what: string, values: readonly string[]): Problem | undefined {
  const value = values.find((each, index) => values.indexOf(each) !== index);
  if (value === undefined) return undefined;
  return problem("disks", `the ${what} ${quote(value)} appears twice. Name it once`);
}
