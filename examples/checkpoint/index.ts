import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-virsh";

const config = new pulumi.Config();

// Taken once, disk and memory. To go back to it: pulumi config set revert "$(date)" and pulumi up.
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
