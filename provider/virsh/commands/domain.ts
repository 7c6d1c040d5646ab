import type {
  BlockInfo,
  DomainCondition,
  DomainControl,
  DomainRef,
  DomainState,
} from "../../hypervisor/results.js";
import { parseDomain, type DomainXml } from "../../xml/domain.js";
import { quote } from "../../errors.js";
import { domainOption, flags, lines, notUnderstood, nothing, option, type Command } from "./command.js";

const STATES: readonly DomainState[] = [
  "no state",
  "running",
  "idle",
  "paused",
  "in shutdown",
  "shut off",
  "crashed",
  "pmsuspended",
];

export function listDomains(): Command<DomainRef[]> {
  return list("list the domains", [], (domain) => domain);
}

/** Every line is checked: libvirt 10.7 prints a table where others print UUIDs, and that is not a list without domains. */
function list<T>(tried: string, which: readonly string[], pick: (domain: DomainRef) => T): Command<T[]> {
  return {
    args: ["list", "--all", ...which, "--uuid", "--name"],
    tried,
    changes: false,
    parse: (stdout) =>
      lines(stdout, tried).map((line) => {
        const [, uuid, name] = /^([0-9a-f-]{36}) (.+)$/.exec(line) ?? [];
        if (uuid === undefined || name === undefined) throw notUnderstood(tried, stdout);
        return pick({ uuid, name });
      }),
  };
}

export function domainState(uuid: string): Command<DomainState> {
  const tried = `read the state of domain ${uuid}`;
  return {
    args: ["domstate", domainOption(uuid, tried)],
    tried,
    changes: false,
    parse: (stdout) => {
      const state = STATES.find((known) => known === stdout.trim());
      if (state === undefined) throw notUnderstood(tried, stdout);
      return state;
    },
  };
}

export function domainCondition(uuid: string): Command<DomainCondition> {
  const tried = `read the state of domain ${uuid}`;
  return {
    args: ["domstate", domainOption(uuid, tried), "--reason"],
    tried,
    changes: false,
    parse: (stdout) => {
      const [, said, reason] = /^(.+) \((.+)\)\n*$/.exec(stdout) ?? [];
      const state = STATES.find((known) => known === said);
      if (state === undefined || reason === undefined) throw notUnderstood(tried, stdout);
      return { state, reason };
    },
  };
}

/** A frozen agent refuses this command in words of its own; to freeze and thaw are the only others that it obeys. */
export function isFrozen(uuid: string): Command<boolean> {
  const tried = `ask whether the file systems of domain ${uuid} are frozen`;
  return {
    args: ["domfsinfo", domainOption(uuid, tried)],
    tried,
    changes: false,
    slow: true,
    parse: () => false,
    refusals: [{ said: /the agent is in frozen state$/, means: true }],
  };
}

export function definitionXml(
  uuid: string,
  { inactive = false, security = false }: { inactive?: boolean; security?: boolean } = {},
): Command<string> {
  const tried = `read the definition of domain ${uuid}`;
  return {
    args: ["dumpxml", domainOption(uuid, tried), ...flags({ inactive, "security-info": security })],
    tried,
    changes: false,
    parse: (stdout) => stdout,
  };
}

export function domainXml(
  uuid: string,
  { inactive = false }: { inactive?: boolean } = {},
): Command<DomainXml> {
  const tried = `read the definition of domain ${uuid}`;
  return {
    args: ["dumpxml", domainOption(uuid, tried), ...flags({ inactive })],
    tried,
    changes: false,
    document: true,
    parse: parseDomain,
  };
}

export function domainControl(uuid: string): Command<DomainControl> {
  const tried = `ask whether domain ${uuid} is busy`;
  return {
    args: ["domcontrol", domainOption(uuid, tried)],
    tried,
    changes: false,
    slow: true,
    parse: (stdout) => {
      const said = stdout.trim();
      if (said === "ok") return { idle: true };
      if (/^(?:background job|occupied|error)\b/.test(said)) return { idle: false, said };
      throw notUnderstood(tried, stdout);
    },
    // Then no monitor can be busy. A job on its images holds the domain itself, and the next call waits for it.
    refusals: [{ said: /^Requested operation is not valid: domain is not running$/, means: { idle: true } }],
  };
}

export function destroyDomain(uuid: string): Command<void> {
  const tried = `stop domain ${uuid} (destroy)`;
  return { args: ["destroy", domainOption(uuid, tried)], tried, changes: true, parse: nothing };
}

export function resumeDomain(uuid: string): Command<void> {
  const tried = `resume domain ${uuid}`;
  return { args: ["resume", domainOption(uuid, tried)], tried, changes: true, parse: nothing };
}

export function thawDomain(uuid: string): Command<void> {
  const tried = `thaw the file systems of domain ${uuid}`;
  return { args: ["domfsthaw", domainOption(uuid, tried)], tried, changes: true, parse: nothing };
}

export function removeManagedSave(uuid: string): Command<void> {
  const tried = `remove the managed-save image of domain ${uuid}`;
  return { args: ["managedsave-remove", domainOption(uuid, tried)], tried, changes: true, parse: nothing };
}

export function listManagedSaves(): Command<string[]> {
  return listUuids("list the domains with a managed-save image", "--with-managed-save");
}

export function listPersistent(): Command<string[]> {
  return listUuids("list the persistent domains", "--persistent");
}

export function listAutostart(): Command<string[]> {
  return listUuids("list the domains that start with the host", "--autostart");
}

function listUuids(tried: string, which: string): Command<string[]> {
  return list(tried, [which], ({ uuid }) => uuid);
}

export function blockInfo(uuid: string, target: string): Command<BlockInfo> {
  const tried = `read the size of disk ${quote(target)} of domain ${uuid}`;
  return {
    args: ["domblkinfo", domainOption(uuid, tried), option("device", target)],
    tried,
    changes: false,
    parse: (stdout) => {
      const bytes = (name: string) => {
        const value = new RegExp(`^${name}: +(\\d+)$`, "m").exec(stdout)?.[1];
        if (value === undefined) throw notUnderstood(tried, stdout);
        return Number(value);
      };
      return { capacity: bytes("Capacity"), allocation: bytes("Allocation"), physical: bytes("Physical") };
    },
  };
}

export function blockJob(uuid: string, target: string): Command<string | undefined> {
  const tried = `ask whether disk ${quote(target)} of domain ${uuid} is in a block job`;
  return {
    args: ["blockjob", domainOption(uuid, tried), option("path", target), "--raw"],
    tried,
    changes: false,
    slow: true,
    parse: (stdout) => {
      if (stdout.trim() === "") return undefined;
      const kind = /^\s*type=(.+)$/m.exec(stdout)?.[1];
      if (kind === undefined) throw notUnderstood(tried, stdout);
      return kind;
    },
    refusals: [{ said: /^Requested operation is not valid: domain is not running$/, means: undefined }],
  };
}

/** libvirt opens the file to read a saved domain from it. Unless it answers "no such file", the file exists. */
export function fileExists(path: string): Command<boolean> {
  return {
    args: ["save-image-dumpxml", option("file", path)],
    tried: `see whether there is a file ${quote(path)} on the host`,
    changes: false,
    slow: true,
    parse: () => true,
    refusals: [
      { said: /^Failed to open file '.*': No such file or directory$/s, means: false },
      // A socket.
      { said: /^Failed to open file '.*': No such device or address$/s, means: true },
      { said: /^operation failed: (?:failed to read qemu header|image magic is incorrect)/, means: true },
      { said: HALF_WRITTEN, means: true },
    ],
  };
}

/** What libvirt says of a file that it was still writing a domain's memory into when it, or the host, went down. */
const HALF_WRITTEN = /^operation failed: save image is incomplete$/;

export function isHalfWritten(path: string): Command<boolean> {
  const { args, tried, changes } = fileExists(path);
  return {
    args,
    tried,
    changes,
    slow: true,
    parse: () => false,
    refusals: [
      { said: HALF_WRITTEN, means: true },
      { said: /^operation failed: (?:failed to read qemu header|image magic is incorrect)/, means: false },
      { said: /^Failed to open file '.*': No such file or directory$/s, means: false },
    ],
  };
}

/** The daemon's version decides what is possible, not that of the local virsh. */
export function daemonVersion(): Command<string> {
  const tried = "ask the daemon for its version";
  return {
    args: ["version", "--daemon"],
    tried,
    changes: false,
    parse: (stdout) => {
      const version = /^Running against daemon: (\d+\.\d+\.\d+)$/m.exec(stdout)?.[1];
      if (version === undefined) throw notUnderstood(tried, stdout);
      return version;
    },
  };
}
