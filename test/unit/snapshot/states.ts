import type { Revert } from "../../../provider/snapshot/plan.js";
import type { SnapshotState } from "../../../provider/snapshot/state.js";

export const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";

/** The state of a snapshot of a running domain, with `changes`. */
export function stateWith(changes: Partial<SnapshotState> = {}): SnapshotState {
  return {
    schemaVersion: 1,
    domain: "debian12",
    name: "a",
    domainUuid: UUID,
    domainName: "debian12",
    creationTime: "2027-01-15T08:00:01Z",
    state: "running",
    location: "internal",
    isCurrent: true,
    capturedDisks: [{ name: "vda", snapshot: "internal" }],
    capturedMemory: { snapshot: "internal" },
    consistency: "memory",
    ...changes,
  };
}

/** A revert of the domain to snapshot "a", with `changes`. */
export function revertStep(changes: Partial<Revert> = {}): Revert {
  return {
    do: "revert",
    domainName: "debian12",
    domain: "debian12",
    target: { domainUuid: UUID, name: "a", creationTime: "2027-01-15T08:00:01Z" },
    memory: true,
    drift: false,
    triggers: ["x"],
    options: {},
    taken: [],
    maybe: false,
    ...changes,
  };
}
