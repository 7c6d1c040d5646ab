/** A snapshot with those that came after it. */
export interface SnapshotNode {
  /** The snapshot's name; everything else about it is in `snapshots`. */
  name: string;
  /** The snapshots that came directly after it, in the order of `snapshots`. */
  children: SnapshotNode[];
}

/**
 * The trees that snapshots form. A snapshot whose parent is not among them, because a filter left it out, is a root.
 */
export function treesOf(snapshots: readonly { name: string; parent?: string }[]): SnapshotNode[] {
  const nodes = new Map(snapshots.map(({ name }) => [name, { name, children: [] as SnapshotNode[] }]));
  const roots: SnapshotNode[] = [];
  for (const { name, parent } of snapshots) {
    const node = nodes.get(name);
    const above = parent === undefined ? undefined : nodes.get(parent);
    if (node !== undefined) (above?.children ?? roots).push(node);
  }
  return roots;
}
