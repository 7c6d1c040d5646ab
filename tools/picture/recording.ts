import type { GetSnapshotsResult } from "../../sdk/index.js";

/** A snapshot as the picture shows it: a part of what `getSnapshots` returns. */
export type Recorded = Pick<
  GetSnapshotsResult["snapshots"][number],
  "name" | "creationTime" | "state" | "parent" | "isCurrent"
>;

/** A revert as the laboratory saw it. */
export interface Recording {
  domain: string;
  libvirtVersion: string;
  /** The snapshots before the revert. */
  before: Recorded[];
  /** The snapshots after it: another one is current. */
  after: Recorded[];
}

/** The recording's part of a result. Paths of the machine are left out. */
export function recorded({ snapshots }: GetSnapshotsResult): Recorded[] {
  return snapshots.map(({ name, creationTime, state, parent, isCurrent }) => ({
    ...{ name, creationTime, state, isCurrent },
    ...(parent === undefined ? {} : { parent }),
  }));
}
