import { quote } from "../errors.js";
import { mib } from "../schema/size.js";
import type { DomainXml } from "../xml/domain.js";
import type { SnapshotXml } from "../xml/snapshot.js";
import { holdsState } from "./snapshot-shape.js";

/** What a revert does to a domain beyond its disks and memory, each as a clause of a sentence. */
export function revertLosses(
  now: DomainXml,
  snapshot: SnapshotXml,
  managedSave: boolean,
  overlays: readonly string[],
  dependents: readonly string[] = [],
): string[] {
  const then = snapshot.inactiveDomain ?? snapshot.domain;
  return [
    ...disappearing(overlays),
    ...losing(dependents),
    ...(then === undefined ? [] : definition(now, then)),
    ...(managedSave ? ["the managed-save image is discarded"] : []),
  ];
}

function disappearing(files: readonly string[]): string[] {
  return files.length === 0
    ? []
    : [
        `the overlay${files.length === 1 ? "" : "s"} ${files.join(", ")} disappear${files.length === 1 ? "s" : ""}`,
      ];
}

/** They depend on images that the domain will write to again. */
function losing(snapshots: readonly string[]): string[] {
  if (snapshots.length === 0) return [];
  const [plural, are, they, depend] =
    snapshots.length === 1 ? ["", "is", "it", "depends"] : ["s", "are", "they", "depend"];
  return [
    `the snapshot${plural} ${snapshots.map(quote).join(", ")} ${are} lost, because what ${they} ${depend} on is overwritten`,
  ];
}

/** The revert restores the persistent definition, too. */
function definition(now: DomainXml, then: DomainXml): string[] {
  const changed = [
    ...(now.vcpus === then.vcpus ? [] : [`vcpus ${now.vcpus} to ${then.vcpus}`]),
    ...(now.memoryKiB === then.memoryKiB ? [] : [`memory ${memory(now)} to ${memory(then)}`]),
    ...without(diskTargets(now), diskTargets(then)).map((disk) => `disk ${disk} is detached`),
    ...without(diskTargets(then), diskTargets(now)).map((disk) => `disk ${disk} comes back`),
    ...without(now.passthrough, then.passthrough).map((device) => `${device} is detached`),
    ...without(then.passthrough, now.passthrough).map((device) => `${device} comes back`),
  ];
  return changed.length === 0 ? [] : [`the domain's definition is restored: ${changed.join(", ")}`];
}

function diskTargets({ disks }: DomainXml): string[] {
  return disks.filter(holdsState).map(({ target }) => target);
}

function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((each) => !others.includes(each));
}

function memory({ memoryKiB }: DomainXml): string {
  return mib(memoryKiB * 1024);
}
