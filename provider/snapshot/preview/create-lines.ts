import { missingAgent, type Refusal } from "../../capabilities/snapshot-rules.js";
import { shapeOf } from "../../capabilities/snapshot-shape.js";
import { quote } from "../../errors.js";
import { mib } from "../../schema/size.js";
import type { DomainXml } from "../../xml/domain.js";
import { fateOfDescription } from "../create/adopt.js";
import { DEFAULT_TIMEOUT_SECONDS, type SnapshotInputs } from "../inputs.js";
import { info, warning, type Notice } from "../../hypervisor/notice.js";

/** What a snapshot that is about to be taken would meet. */
export interface Prospect {
  definition: DomainXml;
  /** Why it would be refused: create asks the same. */
  refusal?: Refusal | undefined;
  /** How the snapshot that is to be adopted is not what is declared. */
  differences?: readonly string[] | undefined;
  /** The description of the snapshot that is to be adopted. */
  description?: string | undefined;
  managedSave: boolean;
  /** Disks that a block job is at work on, and what kind of job. */
  jobs: readonly { disk: string; kind: string }[];
  /** Bytes that are free where the memory is to go, and the file there; absent where no memory goes or it cannot be seen. */
  room?: { file: string; free: number } | undefined;
}

/** What would make a create fail as things are now, or turn out otherwise than expected, each with the way out. */
export function preflightLines(inputs: SnapshotInputs, prospect: Prospect): Notice[] {
  const { definition, refusal, differences = [] } = prospect;
  const snapshot = `snapshot ${quote(inputs.name)} of ${definition.name}`;
  if (refusal !== undefined) {
    const { property, reason, remedy } = refusal;
    return [warning(`${snapshot} cannot be taken as things are now: ${property}: ${reason}. ${remedy}`)];
  }
  if (differences.length > 0) {
    const said = `it is not what is declared: ${differences.join("; ")}`;
    return [
      warning(
        `${snapshot} cannot be adopted as things are now: ${said}. Declare it as it is, or choose another name.`,
      ),
    ];
  }
  // What is adopted is there already.
  if (prospect.differences !== undefined) return redescribed(snapshot, inputs, prospect);
  return [
    ...waits(snapshot, inputs, prospect),
    ...without(snapshot, inputs, prospect),
    ...tight(snapshot, prospect),
  ];
}

/** The declaration wins, also where it is silent: a later `pulumi up` would take the description away as well. */
function redescribed(snapshot: string, inputs: SnapshotInputs, { description }: Prospect): Notice[] {
  const fate = fateOfDescription(description, inputs);
  if (fate === undefined) return [];
  const remedy = (inputs.description ?? "") === "" ? " To keep it, declare it." : "";
  return [warning(`${snapshot} is adopted: its description, ${quote(description)}, ${fate}.${remedy}`)];
}

/** libvirt takes no snapshot beside a block job. */
function waits(
  snapshot: string,
  { timeoutSeconds }: SnapshotInputs,
  { jobs, definition }: Prospect,
): Notice[] {
  const limit = timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  return jobs.map(({ disk, kind }) =>
    warning(
      `${snapshot} has to wait, for ${limit} s at most: disk ${disk} is in a block job (${kind}). ` +
        `To end that: virsh blockjob ${definition.name} ${disk} --abort`,
    ),
  );
}

/** What one would expect to be in it and will not be. */
function without(
  snapshot: string,
  { quiesce }: SnapshotInputs,
  { definition, managedSave }: Prospect,
): Notice[] {
  const active = definition.id !== undefined;
  const missing = active && quiesce === "preferred" ? missingAgent(definition) : undefined;
  return [
    ...(missing === undefined
      ? []
      : [
          warning(
            `${snapshot} will be taken without freezing its file systems (quiesce is "preferred"): ${missing.reason}. ${missing.remedy}`,
          ),
        ]),
    ...(managedSave && !active
      ? [
          warning(
            `${snapshot} will hold disks alone: the domain is off with a managed-save image, and no snapshot captures the memory in that. Start the domain first to capture it, too.`,
          ),
        ]
      : []),
  ];
}

/** How much the memory takes is known afterwards: pages of zeros take none. */
function tight(snapshot: string, { room, definition }: Prospect): Notice[] {
  const needed = definition.memoryKiB * 1024;
  if (room === undefined || room.free >= needed) return [];
  return [
    warning(
      `${snapshot} may not fit: ${mib(room.free)} are free where ${quote(room.file)} is, and the domain's memory is ${mib(needed)}. ` +
        "Free some, or use diskOnly.",
    ),
  ];
}

/** The program itself may define the domain. */
export function missingDomainLine(inputs: SnapshotInputs, next: string | undefined): Notice {
  return info(
    `the host has no domain ${quote(inputs.domain)} now: unless this program defines it, no snapshot of it can be taken. ${next ?? ""}`.trim(),
  );
}

/** The file that the memory goes into, where any does. */
export function memoryGoesInto(definition: DomainXml, inputs: SnapshotInputs): string | undefined {
  const { memory, disks } = shapeOf(definition, inputs);
  if (memory === "no") return undefined;
  if (memory === "external") return inputs.memory?.file;
  return disks.find(({ kind }) => kind === "internal")?.disk.source;
}
