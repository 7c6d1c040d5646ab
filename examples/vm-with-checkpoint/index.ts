import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Domain, Snapshot } from "pulumi-virsh";

const config = new pulumi.Config();

// An edit of the file redefines the VM in place; the preview says when it takes effect.
const vm = new Domain("vm", {
  xml: readFileSync(config.get("xml") ?? "vm.xml", "utf8"),
  running: config.getBoolean("running") ?? true,
  shutdownTimeoutSeconds: config.getNumber("shutdownTimeoutSeconds") ?? 60,
});

// The VM's name puts the snapshot in order: taken after the VM is there, deleted before it goes.
const checkpoint = new Snapshot("checkpoint", {
  domain: vm.name,
  description: "As it was set up",
  revert: { triggers: [config.get("revert") ?? "never"] },
});

export const name = vm.name;
export const uuid = vm.uuid;
export const takenAt = checkpoint.creationTime;
