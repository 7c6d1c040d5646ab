import type { UpOptions } from "@pulumi/pulumi/automation";
import { Snapshot, type SnapshotArgs } from "../../../sdk/index.js";
import { TestStack } from "./engine.js";

/** What `Foreground` passes to this program. */
export interface Order {
  folder: string;
  env: Record<string, string>;
  command: "up" | "destroy";
  snapshots: Record<string, SnapshotArgs>;
  /** More flags of an `up`. */
  flags?: Pick<UpOptions, "continueOnError" | "parallel">;
}

// The engine handles Ctrl-C; this program stays to report the result.
process.on("SIGINT", () => undefined);
process.once("message", (order: Order) => void obey(order));

async function obey({ folder, env, command, snapshots, flags }: Order): Promise<void> {
  const stack = await TestStack.reopen(folder, env);
  const declare = () =>
    Object.fromEntries(Object.entries(snapshots).map(([name, args]) => [name, new Snapshot(name, args)]));
  const onOutput = (text: string) => process.stdout.write(text);
  const running = command === "up" ? stack.up(declare, { ...flags, onOutput }) : stack.destroy({ onOutput });
  const run = await running.catch((error: unknown) => ({ ok: false, steps: [], messages: [String(error)] }));
  process.send?.({ ...run, about: stack.about }, () => process.disconnect());
}
