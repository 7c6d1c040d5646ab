import { understood } from "./answer.js";
import { option, type Command } from "./commands/command.js";
import { daemonVersion } from "./commands/domain.js";
import { run, type Finished, type Limits } from "./process.js";
import { Batcher } from "./batcher.js";
import { isHere } from "../hypervisor/uri.js";

const VERSION_LIFETIME_MS = 60_000;

/** One connection URI, and what this process knows of the host behind it. */
export class Connection {
  readonly #batcher = this.atOnce();
  #version: { value: string; at: number } | undefined;

  constructor(
    /** `undefined` for virsh's own default. */
    readonly uri: string | undefined,
  ) {}

  /** Whether the host is this machine. */
  get isHere(): boolean {
    return isHere(this.uri);
  }

  /** Carries out the queries of one caller in a virsh of their own, slow ones too: those asked at the same time. */
  atOnce(): Batcher {
    return new Batcher((args, { tried, limits }) => this.#run(args, { tried, changes: false }, limits));
  }

  /** A change is a process of its own; quick queries of all operations go to virsh together. */
  async carryOut<T>(command: Command<T>, limits: Limits): Promise<T> {
    const { args, changes, slow = false } = command;
    if (!changes && !slow) return this.#batcher.answer(command, limits);
    return understood(command, await this.#run(args, command, limits));
  }

  /** Asked for once a minute: a daemon is hardly replaced within a run, but a program may live for long. */
  async daemonVersion(limits: Limits): Promise<string> {
    const known = this.#version;
    if (known !== undefined && performance.now() - known.at < VERSION_LIFETIME_MS) return known.value;
    const value = await this.carryOut(daemonVersion(), limits);
    this.#version = { value, at: performance.now() };
    return value;
  }

  #run(
    args: readonly string[],
    { tried, changes }: Pick<Command<unknown>, "tried" | "changes">,
    limits: Limits,
  ): Promise<Finished> {
    const connection = this.uri === undefined ? [] : [option("connect", this.uri)];
    const argv = ["--quiet", ...connection, ...args];
    return run({ program: "virsh", args: argv, tried, changes, limits });
  }
}
