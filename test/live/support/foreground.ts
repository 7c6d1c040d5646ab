import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { SnapshotArgs } from "../../../sdk/index.js";
import type { Run, Told, TestStack } from "./engine.js";
import { until } from "./host.js";
import type { Order } from "./foreground-program.js";

/** A command of the engine in the foreground of a terminal: in a process group with the processes that it starts. */
export class Foreground {
  private said = "";
  /** Its result. */
  readonly ended: Promise<Run>;
  /** What it said about each resource, once it has ended. */
  about: Record<string, string[]> = {};

  private constructor(private readonly process: ChildProcess) {
    process.stdout?.on("data", (text: Buffer) => (this.said += text.toString()));
    this.ended = answer(process).then(({ about, ...run }) => {
      this.about = about;
      return run;
    });
  }

  static up(
    stack: TestStack,
    snapshots: Record<string, SnapshotArgs>,
    flags: NonNullable<Order["flags"]> = {},
  ): Foreground {
    return Foreground.start({ folder: stack.folder, env: stack.env, command: "up", snapshots, flags });
  }

  static destroy(stack: TestStack): Foreground {
    return Foreground.start({ folder: stack.folder, env: stack.env, command: "destroy", snapshots: {} });
  }

  private static start(order: Order): Foreground {
    const child = fork(join(__dirname, "foreground-program.js"), {
      detached: true,
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    child.send(order);
    return new Foreground(child);
  }

  /** Waits until the terminal shows this text. */
  hasSaid(words: string): Promise<void> {
    return until(`it says ${words}`, () => Promise.resolve(this.said.includes(words)));
  }

  /** Acts like the terminal: every process of the group gets SIGINT. */
  pressCtrlC(): void {
    if (this.process.pid !== undefined) process.kill(-this.process.pid, "SIGINT");
  }
}

async function answer(child: ChildProcess): Promise<Told> {
  const [run] = (await Promise.race([once(child, "message"), once(child, "exit").then(gone)])) as [Told];
  return run;
}

function gone(): never {
  throw new Error("it ended without an answer");
}
