import { isVirshError, type VirshError } from "../errors.js";
import { notUnderstood, type Command } from "./commands/command.js";
import { explain } from "./errors.js";
import type { Finished } from "./process.js";
import { play } from "./script.js";
import { redactText } from "../hypervisor/uri.js";

/** What came of one of several commands. */
export type Answer<T> = { value: T } | { error: VirshError };

/** The answer to several commands, each with its own type. */
export type Answers<T extends readonly unknown[]> = { [K in keyof T]: Answer<T[K]> };

/** What the end of a command means. Throws a `VirshError` where it is no answer. */
export function understood<T>({ parse, refusals = [], tried, changes }: Command<T>, finished: Finished): T {
  const { exitCode, stdout, stderr } = finished;
  if (exitCode === 0) return parse(stdout);
  const error = explain(redactText(stderr), tried).with({ begun: changes });
  const answer = refusals.find(({ said }) => said.test(error.said));
  if (answer !== undefined) return answer.means;
  throw error;
}

/** What came of each of many commands, carried out by one virsh. Throws where it could not be asked at all. */
export async function answersTo<T>(
  commands: readonly Command<T>[],
  run: (script: string) => Promise<Finished>,
): Promise<Answer<T>[]> {
  const ends = await play(commands, run);
  if (!("whole" in ends)) return ends.map(({ line, end }) => answer(line, end));
  const { exitCode, stdout, stderr } = ends.whole;
  const [{ tried } = { tried: "ask virsh" }] = commands;
  throw exitCode === 0 ? notUnderstood(tried, stdout) : explain(redactText(stderr), tried);
}

function answer<T>(command: Command<T>, end: Finished): Answer<T> {
  try {
    return { value: understood(command, end) };
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return { error };
  }
}

export function valueOf<T>(answer: Answer<T>): T {
  if ("error" in answer) throw answer.error;
  return answer.value;
}
