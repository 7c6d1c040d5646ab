import { TestStack, type Run } from "../../test/live/support/engine.js";
import type { Contender } from "./contender.js";

/** What a program declares for one domain. A new token reverts the domain to the snapshot. */
export type Declare = (domain: string, token: string) => void;

/** A contender that is a Pulumi program: one resource per domain. */
export function throughTheEngine(name: string, declare: Declare): Contender {
  return {
    name,
    begin: async (domains, env) => {
      const stack = await TestStack.open(env);
      const program = (token: string) => () => {
        for (const domain of domains) declare(domain, token);
        return {};
      };
      return {
        phases: {
          preview: async () => succeeded(await stack.preview(program("never")), domains.length),
          up: async () => succeeded(await stack.up(program("never")), domains.length),
          "up, no change": async () => succeeded(await stack.up(program("never")), 0),
          refresh: async () => succeeded(await stack.refresh(), 0),
          revert: async () => succeeded(await stack.up(program("please")), domains.length),
          destroy: async () => succeeded(await stack.destroy(), domains.length),
        },
        close: () => stack.close(),
      };
    },
  };
}

/** A time means something only if the work was done. */
function succeeded({ ok, steps, messages }: Run, expected: number): void {
  if (ok && steps.length === expected) return;
  throw new Error(`${steps.length} steps instead of ${expected}: ${[...steps, ...messages].join("\n")}`);
}
