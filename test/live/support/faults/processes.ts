import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestStack } from "../engine.js";
import type { Guest } from "../host.js";

export interface Process {
  pid: number;
  parent: number;
  words: readonly string[];
}

/** All processes. One that ended meanwhile is left out. */
async function processes(): Promise<(Process & { folder: string })[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const all = pids.map(async (pid) => {
    try {
      const [words, status, folder] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, "utf8"),
        readFile(`/proc/${pid}/stat`, "utf8"),
        readlink(`/proc/${pid}/cwd`),
      ]);
      const parent = Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid: Number(pid), parent, words: words.split("\0"), folder }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(all)).flat();
}

/** The provider's processes of a stack's command: Pulumi's host, without what it started. */
export async function providersOf({ project }: TestStack): Promise<number[]> {
  const hosts = (await processes()).filter(({ words }) =>
    words.some((word) => word.includes("dynamic-provider/")),
  );
  const own = hosts.map(async ({ pid }) => {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    return environment.split("\0").includes(`PULUMI_PROJECT=${project}`) ? [pid] : [];
  });
  return (await Promise.all(own)).flat();
}

/** The engine that runs a stack's command. */
export async function enginesOf(stack: TestStack): Promise<number[]> {
  const own = (await processes()).filter(({ folder }) => folder === stack.folder);
  return own.filter(({ words }) => words[0]?.split("/").at(-1) === "pulumi").map(idOf);
}

/** The calls of virsh on a domain, each with the processes that it started. Parents come first. */
export async function callsOn({ uuid }: Guest, command: string): Promise<number[]> {
  const all = await processes();
  const names = ({ words }: Process) =>
    words.some((word) => word.includes(command)) && words.some((word) => word.includes(uuid));
  return parentsFirst(all.filter(names)).map(idOf);
}

/**
 * A stand-in whose virsh is killed before it reports that, as a shell does, and is no virsh that was killed. Ids do not
 * tell which is the parent: they begin again after the highest.
 */
function parentsFirst(found: readonly Process[]): Process[] {
  const depth = ({ parent }: Process): number => {
    const above = found.find(({ pid }) => pid === parent);
    return above === undefined ? 0 : 1 + depth(above);
  };
  return found.toSorted((one, other) => depth(one) - depth(other));
}

/** Waits for a new process with these words, looking so often that it does not get far, and stops it. */
export async function stopped(words: readonly string[], seconds = 20): Promise<number> {
  const old = new Set(readdirSync("/proc"));
  const begun = Date.now();
  while (Date.now() - begun < seconds * 1000) {
    for (const pid of readdirSync("/proc")) {
      if (old.has(pid) || !/^\d+$/.test(pid)) continue;
      const own = wordsOf(pid);
      if (!words.every((word) => own.includes(word))) continue;
      signal([Number(pid)], "SIGSTOP");
      return Number(pid);
    }
    await sleep(5);
  }
  throw new Error(`no process with ${words.join(" ")} within ${seconds} s`);
}

function wordsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Sends a signal to processes that may have ended meanwhile. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended.
    }
  }
}

function idOf({ pid }: Process): number {
  return pid;
}
