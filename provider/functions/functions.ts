import type * as v from "valibot";
import type { OpenHost, QueryHost } from "../hypervisor/host.js";
import type { Problem } from "../schema/validate.js";
import { checked, filterConflicts } from "./check.js";
import { getDiskSnapshots } from "./get-disk-snapshots.js";
import { getDomain } from "./get-domain.js";
import { getSnapshot, getSnapshotXml } from "./get-snapshot.js";
import { getSnapshots } from "./get-snapshots.js";
import {
  DEFAULT_TIMEOUT_SECONDS,
  getDiskSnapshotsInputs,
  getDomainInputs,
  getSnapshotInputs,
  getSnapshotsInputs,
  getSnapshotXmlInputs,
} from "./inputs.js";

/**
 * The functions that a program can call. Each takes whatever the program passed, looks at the host that `open` reaches,
 * and throws a `VirshError`.
 */
export const functions = {
  getSnapshot: checking("getSnapshot", getSnapshotInputs, getSnapshot),
  getSnapshots: checking("getSnapshots", getSnapshotsInputs, getSnapshots, filterConflicts),
  getSnapshotXml: checking("getSnapshotXml", getSnapshotXmlInputs, getSnapshotXml),
  getDomain: checking("getDomain", getDomainInputs, getDomain),
  getDiskSnapshots: checking("getDiskSnapshots", getDiskSnapshotsInputs, getDiskSnapshots),
};

interface Connection {
  uri?: string | undefined;
  timeoutSeconds?: number | undefined;
}

function checking<Args extends Connection, Result>(
  name: string,
  table: v.GenericSchema<unknown, Args> & { entries: v.ObjectEntries },
  call: (host: QueryHost, args: Args) => Promise<Result>,
  conflicts?: (args: Args) => Problem[],
): (open: OpenHost, raw: unknown) => Promise<Result> {
  return async (open, raw) => {
    const args = checked(name, table, raw, conflicts);
    const { uri, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = args;
    return call(open({ uri, timeoutSeconds }), args);
  };
}
