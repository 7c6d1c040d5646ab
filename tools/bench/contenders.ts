import { local } from "@pulumi/command";
import { Snapshot } from "../../sdk/index.js";
import { onPath } from "../../test/live/support/command-line.js";
import { throughTheEngine } from "./engine.js";
import { floor } from "./floor.js";
import { libvirtApi } from "./libvirt-api.js";
import { NaiveSnapshot } from "./naive.js";
import { virshLoop } from "./virsh-loop.js";

const ours = throughTheEngine("pulumi-virsh", ({ resource, domain, snapshot, token, uri }) => {
  const where = uri === undefined ? {} : { uri };
  new Snapshot(resource, { domain, name: snapshot, revert: { triggers: [token] }, ...where });
});

const naive = throughTheEngine("naive provider", ({ resource, domain, snapshot, token }) => {
  new NaiveSnapshot(resource, { domain, name: snapshot, token });
});

const PLUGIN = "pulumi-resource-command";

/** Its refresh does not read the host. */
const command = throughTheEngine(
  "@pulumi/command",
  ({ resource, domain, snapshot, token }) => {
    new local.Command(resource, {
      create: `virsh -q snapshot-create-as --domain=${domain} --name=${snapshot}`,
      update: `virsh -q snapshot-revert --domain=${domain} --snapshotname=${snapshot}`,
      delete: `virsh -q snapshot-delete --domain=${domain} --snapshotname=${snapshot}`,
      environment: { TOKEN: token },
    });
  },
  // The laboratory's own stand-in is not on PATH, and its times would be those of another program.
  async () => ((await onPath(PLUGIN)) ? undefined : `${PLUGIN} is not on PATH`),
);

/**
 * In the order of the columns. What the others take is given in multiples of the first. A provider that is a plugin is
 * one more entry, and so is a plugin that does nothing.
 */
export const CONTENDERS = [ours, floor, virshLoop, libvirtApi, command, naive];
