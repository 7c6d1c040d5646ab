import { quote } from "../errors.js";

/**
 * What a revert does to a domain beyond its disks and memory, each as a clause of a sentence. `differences`: between the
 * domain's definition and the snapshot's.
 */
export function revertLosses(
  differences: readonly string[],
  managedSave: boolean,
  overlays: readonly string[],
  dependents: readonly string[] = [],
): string[] {
  return [
    ...disappearing(overlays),
    ...losing(dependents),
    ...restoring(differences),
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
function restoring(differences: readonly string[]): string[] {
  return differences.length === 0 ? [] : [`the domain's definition is restored: ${differences.join(", ")}`];
}
