import type { Recorded } from "./recording.js";

/** Where a snapshot is drawn: its column is its depth in the tree, its row that of its first leaf. */
export interface Place {
  snapshot: Recorded;
  column: number;
  row: number;
}

/** A place for every snapshot of a tree. Leaves get a row each, from top to bottom. */
export function places(snapshots: readonly Recorded[]): Place[] {
  const placed: Place[] = [];
  let rows = 0;
  const place = (snapshot: Recorded, column: number): void => {
    const children = snapshots.filter(({ parent }) => parent === snapshot.name).sort(byTime);
    placed.push({ snapshot, column, row: rows });
    for (const child of children) place(child, column + 1);
    if (children.length === 0) rows += 1;
  };
  for (const root of snapshots.filter(({ parent }) => parent === undefined)) place(root, 0);
  return placed;
}

function byTime(a: Recorded, b: Recorded): number {
  return a.creationTime.localeCompare(b.creationTime);
}

/** The place of the current snapshot: the VM runs after it. */
export function currentOf(placed: readonly Place[], snapshots: readonly Recorded[]): Place {
  const name = snapshots.find(({ isCurrent }) => isCurrent)?.name;
  const found = placed.find(({ snapshot }) => snapshot.name === name);
  if (found === undefined) throw new Error("the recording has no current snapshot");
  return found;
}
