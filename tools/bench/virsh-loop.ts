import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Contender } from "./contender.js";

/** One process per command, one after the other, and no state. */
export const virshLoop: Contender = {
  name: "virsh in a loop",
  begin: (tasks, { env }) => {
    const forEach = (verb: string, option: string) => async () => {
      for (const { domain, snapshot } of tasks) {
        const args = ["-q", verb, `--domain=${domain}`, `--${option}=${snapshot}`];
        await promisify(execFile)("virsh", args, { env: { ...process.env, ...env } });
      }
    };
    return Promise.resolve({
      phases: {
        up: forEach("snapshot-create-as", "name"),
        refresh: forEach("snapshot-dumpxml", "snapshotname"),
        revert: forEach("snapshot-revert", "snapshotname"),
        destroy: forEach("snapshot-delete", "snapshotname"),
      },
      close: () => Promise.resolve(),
    });
  },
};
