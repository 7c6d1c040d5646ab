import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-virsh";

const config = new pulumi.Config();

const checkpoint = new Snapshot("before-upgrade", {
  domain: config.get("domain") ?? "debian12",
  description: "Before the upgrade to Debian 13",
  revert: { triggers: [config.get("revert") ?? "never"] },
});

export const takenAt = checkpoint.creationTime;
