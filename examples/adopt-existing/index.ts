import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-virsh";

interface Taken {
  domain: string;
  name: string;
  description?: string;
  diskOnly?: boolean;
  /** Any text. A new one reverts the domain to this snapshot. */
  revert?: string;
}

const config = new pulumi.Config();

export const takenAt: Record<string, pulumi.Output<string>> = {};

for (const { revert, ...taken } of config.requireObject<Taken[]>("snapshots")) {
  const name = `${taken.domain}/${taken.name}`;
  const snapshot = new Snapshot(name, {
    ...taken,
    adopt: true,
    revert: { triggers: [revert ?? "never"] },
  });
  takenAt[name] = snapshot.creationTime;
}
