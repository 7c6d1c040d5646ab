import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-virsh";

interface Host {
  uri: string;
  domains: string[];
}

const config = new pulumi.Config();
const hosts = Object.entries(config.requireObject<Record<string, Host>>("hosts"));

// No snapshot depends on another, so Pulumi takes those of different domains in parallel.
for (const [host, { uri, domains }] of hosts) {
  for (const domain of domains) {
    new Snapshot(`${host}/${domain}`, {
      uri,
      domain,
      name: config.get("name") ?? "before-maintenance",
      revert: { triggers: [config.get("revert") ?? "never"] },
    });
  }
}
