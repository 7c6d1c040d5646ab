import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-virsh";

const config = new pulumi.Config();

// libvirt 11.3 and later refuse this name while the VM runs: use "instantanea1" there.
// To revert to it: pulumi config set revert "$(date)" and pulumi up.
const checkpoint = new Snapshot("checkpoint", {
  domain: config.get("domain") ?? "debian12",
  name: "instantánea1",
  description: "Creada carpeta importante",
  atomic: true,
  revert: { triggers: [config.get("revert") ?? "never"] },
});

export const id = checkpoint.id;
export const takenAt = checkpoint.creationTime;
export const description = checkpoint.description;
export const state = checkpoint.state;
export const isCurrent = checkpoint.isCurrent;
export const capturedDisks = checkpoint.capturedDisks;
export const capturedMemory = checkpoint.capturedMemory;
