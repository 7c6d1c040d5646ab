import type { MetadataElement } from "../../hypervisor/host.js";
import { domainOption, flags, names, nothing, option, type Command } from "./command.js";

/** Commands on a domain as a whole. */

export function defineDomain(file: string, { validate = false } = {}): Command<void> {
  return {
    args: ["define", option("file", file), ...flags({ validate })],
    tried: "define a domain",
    changes: true,
    parse: nothing,
  };
}

export function renameDomain(uuid: string, name: string): Command<void> {
  const tried = `rename domain ${uuid}`;
  return {
    args: ["domrename", domainOption(uuid, tried), option("new-name", name)],
    tried,
    changes: true,
    parse: nothing,
  };
}

export function setMetadata(uuid: string, { uri, key, element }: MetadataElement): Command<void> {
  const tried = `mark the definition of domain ${uuid}`;
  return {
    args: [
      "metadata",
      domainOption(uuid, tried),
      "--config",
      option("uri", uri),
      option("key", key),
      option("set", element),
    ],
    tried,
    changes: true,
    parse: nothing,
  };
}

/** Never with `--snapshots-metadata` or `--checkpoints-metadata`: they may be someone else's. */
export function undefineDomain(uuid: string, { nvram }: { nvram: boolean }): Command<void> {
  const tried = `undefine domain ${uuid}`;
  return {
    args: [
      "undefine",
      domainOption(uuid, tried),
      "--managed-save",
      ...flags({ nvram, "keep-nvram": !nvram }),
    ],
    tried,
    changes: true,
    parse: nothing,
  };
}

export function setAutostart(uuid: string, on: boolean): Command<void> {
  const tried = `set whether domain ${uuid} starts with its host`;
  return {
    args: ["autostart", domainOption(uuid, tried), ...flags({ disable: !on })],
    tried,
    changes: true,
    parse: nothing,
  };
}

export function startDomain(uuid: string): Command<void> {
  const tried = `start domain ${uuid}`;
  return { args: ["start", domainOption(uuid, tried)], tried, changes: true, parse: nothing };
}

export function shutdownDomain(uuid: string): Command<void> {
  const tried = `shut down domain ${uuid}`;
  return { args: ["shutdown", domainOption(uuid, tried)], tried, changes: true, parse: nothing };
}

export function listCheckpoints(uuid: string): Command<string[]> {
  const tried = `list the checkpoints of domain ${uuid}`;
  return {
    args: ["checkpoint-list", domainOption(uuid, tried), "--name"],
    tried,
    changes: false,
    parse: (stdout) => names(stdout, tried),
    // A driver without support for checkpoints has none.
    refusals: [{ said: /^this function is not supported by the connection driver/, means: [] }],
  };
}
