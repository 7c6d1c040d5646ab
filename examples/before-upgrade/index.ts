import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-virsh";

const config = new pulumi.Config();
const version = config.require("upgrade");
const rollback = config.getBoolean("rollback") ?? false;

// Each upgrade has its own checkpoint. The next one is taken before this one is deleted.
const checkpoint = new Snapshot("checkpoint", {
  domain: config.get("domain") ?? "debian12",
  name: `before-${version}`,
  description: `Before the upgrade to ${version}`,
  // Adding a trigger reverts the VM. Removing it does nothing.
  revert: { triggers: rollback ? [version] : [] },
});

if (!rollback) {
  const environment = { VERSION: version };
  const upgrade = new local.Command(
    "upgrade",
    { create: config.require("upgradeCommand"), environment, triggers: [version] },
    { dependsOn: checkpoint },
  );

  const advice =
    "The upgrade failed its verification. To go back: pulumi config set rollback true; pulumi up";
  new local.Command(
    "verify",
    {
      create: `${config.require("verifyCommand")} || { echo '${advice}' >&2; exit 1; }`,
      environment,
      triggers: [version],
    },
    { dependsOn: upgrade },
  );
}

export const takenAt = checkpoint.creationTime;
