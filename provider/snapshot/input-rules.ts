import { quote } from "../errors.js";
import type { SnapshotInputs } from "./inputs.js";
import { holdsUnknown } from "../schema/unknown.js";

/** What is wrong with inputs that are each right by themselves. */
export interface Conflict {
  property: string;
  /** What is wrong, and what would work. */
  message: string;
}

type Rule = (inputs: SnapshotInputs) => Conflict | undefined;

/**
 * Combinations that libvirt would refuse, or accept and ignore, whatever the domain. What depends on the domain is in
 * `domain/possible.ts`.
 */
const RULES: readonly Rule[] = [
  ({ memory }) =>
    memory?.snapshot === "external" && memory.file === undefined
      ? {
          property: "memory.file",
          message: "external memory needs a file. Give its absolute path on the host",
        }
      : undefined,
  ({ memory }) =>
    memory !== undefined && memory.snapshot !== "external" && memory.file !== undefined
      ? {
          property: "memory.file",
          message: `memory ${quote(memory.snapshot)} goes into no file. Leave file out, or set memory.snapshot to "external"`,
        }
      : undefined,
  ({ memory, diskOnly }) =>
    diskOnly === true && memory !== undefined && memory.snapshot !== "no"
      ? {
          property: "memory.snapshot",
          message: `diskOnly captures no memory, and memory asks for ${quote(memory.snapshot)}. Leave one of them out`,
        }
      : undefined,
  ({ memory, disks = [] }) =>
    memory?.snapshot === "internal" && disks.some(({ snapshot }) => snapshot === "external")
      ? {
          property: "disks",
          message:
            'libvirt does not mix internal memory with external disks. Set memory.snapshot to "external" with a file, or use diskOnly',
        }
      : undefined,
  ({ memory, disks = [] }) =>
    memory?.snapshot === "external" && disks.some(({ snapshot }) => snapshot === "internal")
      ? {
          property: "disks",
          message:
            'libvirt does not mix external memory with internal disks. Make the disks "external", or memory "internal"',
        }
      : undefined,
  ({ diskOnly, disks = [] }) =>
    diskOnly === true && disks.some(({ snapshot }) => snapshot === "internal")
      ? {
          property: "disks",
          message:
            'diskOnly makes external snapshots, and a disk asks for "internal". Make it "external", or leave diskOnly out',
        }
      : undefined,
  ({ disks = [] }) => overlaysOfNone(disks),
  ({ disks = [] }) =>
    twice(
      disks.map(({ name }) => name),
      "disks",
      "names the disk",
    ),
  ({ disks = [] }) =>
    twice(
      disks.flatMap(({ file }) => file ?? []),
      "disks",
      "names the file",
    ),
  ({ quiesce = "none", diskOnly }) =>
    quiesce !== "none" && diskOnly !== true
      ? {
          property: "quiesce",
          message:
            "libvirt freezes file systems only for a snapshot of disks alone; with memory there is no need to. Set diskOnly, or leave quiesce out",
        }
      : undefined,
  ({ live, memory }) =>
    live === true && memory?.snapshot !== "external"
      ? {
          property: "live",
          message:
            "libvirt can let the guest run on only while its memory goes to a file. Set memory to external, or leave live out",
        }
      : undefined,
  ({ reuseExternal, disks = [] }) =>
    reuseExternal === true && !disks.some(({ file }) => file !== undefined)
      ? {
          property: "reuseExternal",
          message:
            "there is no overlay named to be used. Name the files in disks, or leave reuseExternal out",
        }
      : undefined,
];

/** Every rule that the inputs break. Values that are not known yet break none. */
export function conflicts(inputs: SnapshotInputs): Conflict[] {
  const { memory, disks } = inputs;
  if (holdsUnknown([memory, disks, inputs.diskOnly, inputs.quiesce, inputs.live, inputs.reuseExternal]))
    return [];
  return RULES.map((rule) => rule(inputs)).filter((conflict) => conflict !== undefined);
}

function overlaysOfNone(disks: NonNullable<SnapshotInputs["disks"]>): Conflict | undefined {
  const index = disks.findIndex(
    ({ snapshot, file, driver, type }) => snapshot !== "external" && (file ?? driver ?? type) !== undefined,
  );
  if (index < 0) return undefined;
  return {
    property: `disks[${index}]`,
    message:
      'file, driver and type describe an overlay, and this disk gets none. Set snapshot to "external", or leave them out',
  };
}

function twice(values: readonly string[], property: string, what: string): Conflict | undefined {
  const value = values.find((each, index) => values.indexOf(each) !== index);
  return value === undefined
    ? undefined
    : { property, message: `it ${what} ${quote(value)} twice. Name it once` };
}
