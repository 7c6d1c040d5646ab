import type { VirshError } from "../errors.js";
import type { Command } from "./commands/command.js";
import { explain } from "./errors.js";
import type { Finished } from "./process.js";
import { messages } from "./stderr.js";
import type { Part } from "./script.js";
import { redactText } from "./uri.js";

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

/** The exit code of a command within a script: virsh says why it failed, or nothing. */
export function finishedAs({ stdout, stderr }: Part): Finished {
  return { exitCode: messages(stderr).length === 0 ? 0 : 1, stdout, stderr };
}

export function valueOf<T>(answer: Answer<T>): T {
  if ("error" in answer) throw answer.error;
  return answer.value;
}
