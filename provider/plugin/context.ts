import { ProviderMemory } from "../hypervisor/operation.js";
import { VirshHosts } from "../virsh/host.js";
import { SETTING } from "../virsh/session-limit.js";
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
  let settings: Settings = {};
  // Read when a connection is first used, which is after the configuration.
  const hosts = new VirshHosts((name) => (name === SETTING ? settings.sessions?.toString() : undefined));
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
    },
  };
}
