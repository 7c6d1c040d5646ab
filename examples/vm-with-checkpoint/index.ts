import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Domain, Snapshot } from "pulumi-virsh";

const config = new pulumi.Config();

// If you edit the file, the VM is redefined in place. The preview says when the change takes effect.
const vm = new Domain("vm", {
  xml: readFileSync(config.get("xml") ?? "vm.xml", "utf8"),
  running: config.getBoolean("running") ?? true,
  shutdownTimeoutSeconds: config.getNumber("shutdownTimeoutSeconds") ?? 60,
});

// vm.name orders the two: the snapshot is taken after the VM exists, and deleted before the VM is removed.
const checkpoint = new Snapshot("checkpoint", {
  domain: vm.name,
  description: "As it was set up",
  revert: { triggers: [config.get("revert") ?? "never"] },
});

export const name = vm.name;
export const uuid = vm.uuid;
export const takenAt = checkpoint.creationTime;
