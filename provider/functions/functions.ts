import type * as v from "valibot";
import type { Problem } from "../schema/validate.js";
import { openQuestionHost } from "../virsh/host.js";
import { checked, filterConflicts } from "./check.js";
import { getDiskSnapshots } from "./get-disk-snapshots.js";
import { getDomain } from "./get-domain.js";
import type { QuestionHost } from "../hypervisor/function-host.js";
import {
  DEFAULT_TIMEOUT_SECONDS,
  getDiskSnapshotsInputs,
  getDomainInputs,
  getSnapshotInputs,
  getSnapshotsInputs,
  getSnapshotXmlInputs,
} from "./inputs.js";
import { getSnapshot, getSnapshotXml } from "./get-snapshot.js";
import { getSnapshots } from "./get-snapshots.js";

/** What a program can ask. Each takes what the program handed over, whatever that is, and throws a `VirshError`. */
export const questions = {
  getSnapshot: question("getSnapshot", getSnapshotInputs, getSnapshot),
  getSnapshots: question("getSnapshots", getSnapshotsInputs, getSnapshots, filterConflicts),
  getSnapshotXml: question("getSnapshotXml", getSnapshotXmlInputs, getSnapshotXml),
  getDomain: question("getDomain", getDomainInputs, getDomain),
  getDiskSnapshots: question("getDiskSnapshots", getDiskSnapshotsInputs, getDiskSnapshots),
};

interface Connection {
  uri?: string | undefined;
  timeoutSeconds?: number | undefined;
}

function question<Args extends Connection, Result>(
  name: string,
  table: v.GenericSchema<unknown, Args> & { entries: v.ObjectEntries },
  answer: (host: QuestionHost, args: Args) => Promise<Result>,
  conflicts?: (args: Args) => Problem[],
): (raw: unknown) => Promise<Result> {
  return async (raw) => {
    const args = checked(name, table, raw, conflicts);
    const { uri, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = args;
    return answer(openQuestionHost({ uri, timeoutSeconds }), args);
  };
}
