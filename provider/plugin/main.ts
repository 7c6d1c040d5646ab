#!/usr/bin/env node
import { EngineLog } from "./engine-log.js";
import { watchEngine } from "./engine-watch.js";
import type { Provider } from "./provider.js";
import { serve } from "./server.js";

/**
 * `pulumi-resource-virsh ENGINE`: the plugin, as the engine starts it. It prints the port that it listens on, and
 * nothing else. It ends when it is told to, or when the engine is gone; virsh ends with it.
 */
async function main(): Promise<void> {
  refuseOldNode();
  const address = engineAddress(process.argv.slice(2));
  const log = new EngineLog();
  let loading: Promise<Provider> | undefined;
  const load = () => (loading ??= import("./provider.js").then(({ Provider }) => new Provider(log)));
  const end = () => {
    void load().then((provider) => {
      provider.stop();
    });
    // Calls in flight get their answers first.
    setTimeout(() => process.exit(0), 200);
  };
  // For good: a signal that nobody listens to any more ends the process at once.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  if (address !== "") {
    log.attach(address);
    watchEngine(address, end);
  }
  process.stdout.write(`${await serve(load)}\n`);
  // While the engine connects.
  await load();
}

/** What would come otherwise is an error of some module. The engine shows this. */
function refuseOldNode(): void {
  if (Number(process.versions.node.split(".")[0]) >= 22) return;
  process.stderr.write(`pulumi-resource-virsh needs Node.js 22 or later; this is ${process.version}.\n`);
  process.exit(1);
}

/** Flags for logs and traces come before it. */
function engineAddress(args: readonly string[]): string {
  const last = args.at(-1) ?? "";
  return /:\d+$/.test(last) && !last.startsWith("-") ? last : "";
}

void main();
