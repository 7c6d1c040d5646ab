import type { QueryHost } from "../../../provider/hypervisor/host.js";
import { queriesBy, type Ask, type QueryName } from "../../../provider/hypervisor/queries.js";
import type { DomainRef, Image, ImageOptions } from "../../../provider/hypervisor/results.js";
import { understood } from "../../../provider/virsh/answer.js";
import type { Command } from "../../../provider/virsh/commands/command.js";
import type { Finished } from "../../../provider/virsh/process.js";
import { commands, isVirshQuery } from "../../../provider/virsh/queries.js";

/** What virsh prints for a command, given its words without the domain: an answer, or the words of an error. */
export type Prints = (words: string) => { stdout: string } | { error: string };

type Images = (file: string, options: ImageOptions) => Image[];

/** A host, and the commands that it was sent: one entry a process, without the look-up of the domain. */
export interface ScriptedHost extends QueryHost {
  readonly processes: string[][];
}

/** A host with one domain, on which virsh prints what a test says. Queries of the same turn share a process. */
export function scriptedHost(domain: DomainRef, prints: Prints, images: Images = () => []): ScriptedHost {
  const processes: string[][] = [];
  let batch: string[] | undefined;

  async function answer(words: string): Promise<Finished> {
    if (batch === undefined) {
      processes.push((batch = []));
      setImmediate(() => (batch = undefined));
    }
    batch.push(words);
    await new Promise((resolve) => setImmediate(resolve));
    return finished(prints(words));
  }

  const ask = async (name: QueryName, args: readonly unknown[]): Promise<unknown> => {
    if (name === "listDomains") return [domain];
    if (name === "readImages") return images(...(args as Parameters<Images>));
    if (!isVirshQuery(name)) throw new Error(`${name} is not scripted`);
    const command = (commands[name] as (...args: readonly unknown[]) => Command<unknown>)(...args);
    return understood(command, await answer(wordsOf(command)));
  };
  return { shownUri: undefined, pause: () => Promise.resolve(), processes, ...queriesBy(ask as Ask) };
}

function wordsOf({ args }: Command<unknown>): string {
  return args.filter((arg) => !arg.startsWith("--domain=")).join(" ");
}

function finished(printed: ReturnType<Prints>): Finished {
  return "error" in printed
    ? { exitCode: 1, stdout: "", stderr: `error: ${printed.error}\n` }
    : { exitCode: 0, stdout: printed.stdout, stderr: "" };
}
