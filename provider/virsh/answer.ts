import { explain } from "./errors.js";
import type { Command } from "./commands/command.js";
import type { Finished } from "./process.js";
import { redactText } from "../hypervisor/uri.js";

/** What the end of a command means. Throws a `VirshError` where it failed. */
export function understood<T>({ parse, refusals = [], tried, changes }: Command<T>, finished: Finished): T {
  const { exitCode, stdout, stderr } = finished;
  if (exitCode === 0) return parse(stdout);
  const error = explain(redactText(stderr), tried);
  const answer = refusals.find(({ said }) => said.test(error.said));
  if (answer !== undefined) return answer.means;
  throw error.with({ begun: changes && error.begun !== false });
}
