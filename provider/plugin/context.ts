import { ProviderMemory } from "../hypervisor/operation.js";
import { VirshHosts } from "../virsh/host.js";
import { DeclaredDomains } from "./declared-domains.js";
import type { ProviderContext } from "./resource.js";
import type { Settings } from "./settings.js";

/** What one provider process works with, from its configuration to its end. */
export interface Process {
  readonly hosts: VirshHosts;
  readonly context: ProviderContext;
  configure(settings: Settings): void;
}

export function startProcess(): Process {
  const hosts = new VirshHosts();
  let settings: Settings = {};
  const context: ProviderContext = {
    get settings() {
      return settings;
    },
    memory: new ProviderMemory(),
    declared: new DeclaredDomains(),
    open: ({ inputs, timeoutSeconds, defaultSeconds }) =>
      hosts.open({
        uri: inputs.uri ?? settings.uri,
        timeoutSeconds: timeoutSeconds ?? inputs.timeoutSeconds ?? settings.timeoutSeconds ?? defaultSeconds,
      }),
  };
  return {
    hosts,
    context,
    configure: (given) => {
      settings = given;
      // Read when a connection is first used, which is later.
      if (given.sessions !== undefined) process.env["PULUMI_VIRSH_SESSIONS"] = String(given.sessions);
    },
  };
}
