import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-virsh";

const config = new pulumi.Config();

for (const worker of config.requireObject<string[]>("workers")) {
  new Snapshot(worker, {
    domain: worker,
    name: "clean",
    description: "Ready for a job",
    // No safetySnapshot: what a job leaves behind is not worth keeping. "running" also starts a worker that a job shut down.
    revert: { triggers: [config.require("jobId")], to: "running" },
  });
}
