import { TestStack, type Run } from "../../test/live/support/engine.js";
import type { Contender, Task } from "./contender.js";

/** What a program declares for one snapshot. */
export interface Declaration extends Task {
  /** The name of the resource. */
  resource: string;
  /** Another token reverts the domain to the snapshot. */
  token: string;
  uri: string | undefined;
}

/** A contender that is a Pulumi program: one resource per snapshot. */
export function throughTheEngine(
  name: string,
  declare: (one: Declaration) => void,
  obstacle?: () => Promise<string | undefined>,
): Contender {
  return {
    name,
    ...(obstacle === undefined ? {} : { obstacle }),
    begin: async (tasks, { env, uri }) => {
      const stack = await TestStack.open(env);
      const program = (token: string) => () => {
        for (const task of tasks)
          declare({ ...task, resource: `${task.domain}-${task.snapshot}`, token, uri });
        return {};
      };
      const count = tasks.length;
      return {
        phases: {
          preview: async () => succeeded(await stack.preview(program("never")), count),
          up: async () => succeeded(await stack.up(program("never")), count),
          "up, no change": async () => succeeded(await stack.up(program("never")), 0),
          refresh: async () => succeeded(await stack.refresh(), 0),
          revert: async () => succeeded(await stack.up(program("please")), count),
          destroy: async () => succeeded(await stack.destroy(), count),
        },
        close: () => stack.close(),
      };
    },
  };
}

/** A time means something only if the work was done. */
function succeeded({ ok, steps, messages }: Run, expected: number): void {
  if (ok && steps.length === expected) return;
  const [first = steps.join(", ")] = messages;
  throw new Error(`${steps.length} steps instead of ${expected}: ${first}`);
}
