import { chainWarning } from "../../capabilities/chain-depth.js";
import { gated } from "../../capabilities/version-gates.js";
import { quote } from "../../errors.js";
import { info, warning, type Notice } from "../../hypervisor/notice.js";
import { mib } from "../../schema/size.js";
import type { CreateDecision, Refuse } from "../create/decide.js";
import type { CreateFacts } from "../create/look.js";
import { DEFAULT_TIMEOUT_SECONDS, type SnapshotInputs } from "../inputs.js";
import type { Surroundings } from "./surroundings.js";

/** What would make a create fail, or turn out other than expected, each with the way out. */
export function createLines(
  inputs: SnapshotInputs,
  facts: CreateFacts,
  decision: CreateDecision,
  surroundings: Surroundings = { jobs: [] },
): Notice[] {
  switch (decision.do) {
    case "refuse":
      return [refusalLine(inputs, facts, decision)];
    case "adopt":
      return decision.notices;
    case "take":
      return [
        ...waitLines(inputs, facts, surroundings),
        ...decision.notices,
        ...managedSaveLine(inputs, facts),
        ...spaceLine(inputs, facts, surroundings),
        ...chainLine(inputs, facts),
        ...modeLine(inputs, facts, surroundings),
      ];
  }
}

function refusalLine(
  { name }: SnapshotInputs,
  { domain }: CreateFacts,
  { verb, said, next }: Refuse,
): Notice {
  const doing = verb === "take" ? "Taking" : "Adopting";
  return warning(`${doing} snapshot ${quote(name)} of ${domain.name} would fail: ${said}. ${next}`);
}

/** libvirt takes no snapshot beside a block job. */
function waitLines(
  { name, timeoutSeconds: limit = DEFAULT_TIMEOUT_SECONDS }: SnapshotInputs,
  { domain }: CreateFacts,
  { jobs }: Surroundings,
): Notice[] {
  return jobs.map(({ disk, kind }) =>
    warning(
      `Taking snapshot ${quote(name)} of ${domain.name} has to wait, for up to ${limit} s: ` +
        `disk ${disk} is in a block job (${kind}). To end the job: virsh blockjob ${domain.name} ${disk} --abort`,
    ),
  );
}

/** The memory that one would expect in the snapshot, and that will not be in it. */
function managedSaveLine(
  { name }: SnapshotInputs,
  { domain, definition, managedSave }: CreateFacts,
): Notice[] {
  if (!managedSave || definition.id !== undefined) return [];
  return [
    warning(
      `Snapshot ${quote(name)} of ${domain.name} will hold only disks: the domain is off with a managed-save image, ` +
        "and no snapshot captures the memory in it. Start the domain first to capture its memory too.",
    ),
  ];
}

/** How much space the memory takes is known only afterwards: pages of zeros take none. */
function spaceLine(
  { name }: SnapshotInputs,
  { domain, definition }: CreateFacts,
  { space }: Surroundings,
): Notice[] {
  const needed = definition.memoryKiB * 1024;
  if (space === undefined || space.free >= needed) return [];
  return [
    warning(
      `Snapshot ${quote(name)} of ${domain.name} may not fit: ${mib(space.free)} are free where ${quote(space.file)} is, ` +
        `and the domain has ${mib(needed)} of memory. Free some space, or use diskOnly.`,
    ),
  ];
}

/** The snapshot that no longer fits is refused. */
function chainLine({ name }: SnapshotInputs, { domain, chains, version }: CreateFacts): Notice[] {
  const near = chainWarning(chains, version);
  return near === undefined ? [] : [warning(`Snapshot ${quote(name)} of ${domain.name} ${near}.`)];
}

/** Where the overlay is a file of this machine, the update narrows its mode. */
function modeLine(
  { name }: SnapshotInputs,
  { domain, version }: CreateFacts,
  { unseenOverlay }: Surroundings,
): Notice[] {
  const closed = gated("privateOverlays", version);
  if (unseenOverlay === undefined || closed === undefined) return [];
  return [
    warning(
      `Snapshot ${quote(name)} of ${domain.name} creates the overlay ${quote(unseenOverlay)}, and ${closed.reason}. ${closed.remedy}`,
    ),
  ];
}

/** The program itself may define the domain. */
export function missingDomainLine({ domain }: SnapshotInputs, next: string | undefined): Notice {
  return info(
    `The host has no domain ${quote(domain)} now. Unless this program defines it, no snapshot of it can be taken. ${next ?? ""}`.trim(),
  );
}
