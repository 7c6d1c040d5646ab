import { local } from "@pulumi/command";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Snapshot } from "../../sdk/index.js";
import type { Contender } from "./contender.js";
import { throughTheEngine } from "./engine.js";
import { NaiveSnapshot } from "./naive.js";

const NAME = "bench";

export const ours = throughTheEngine("pulumi-virsh", (domain, token) => {
  new Snapshot(domain, { domain, name: NAME, revert: { triggers: [token] } });
});

export const naive = throughTheEngine("naive provider", (domain, token) => {
  new NaiveSnapshot(domain, { domain, name: NAME, token });
});

/** Its refresh does not read the host. */
export const command = throughTheEngine("@pulumi/command", (domain, token) => {
  new local.Command(domain, {
    create: `virsh -q snapshot-create-as --domain=${domain} --name=${NAME}`,
    update: `virsh -q snapshot-revert --domain=${domain} --snapshotname=${NAME}`,
    delete: `virsh -q snapshot-delete --domain=${domain} --snapshotname=${NAME}`,
    environment: { TOKEN: token },
  });
});

/** The minimum: no engine, no state, no parallelism; nearly all of it is the hypervisor's own time. */
export const byHand: Contender = {
  name: "virsh in a loop",
  begin: (domains, env) => {
    const forEach = (verb: string, option: string) => async () => {
      for (const domain of domains) {
        const args = ["-q", verb, `--domain=${domain}`, `--${option}=${NAME}`];
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
