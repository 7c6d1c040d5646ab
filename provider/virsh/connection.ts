import { isVirshError } from "../errors.js";
import { understood } from "./answer.js";
import { option, type Command } from "./commands/command.js";
import { daemonVersion, fileExists } from "./commands/domain.js";
import { hostUuid, resolvedUri } from "./commands/host.js";
import { run, type Finished, type Limits } from "./process.js";
import { Batcher } from "./batcher.js";
import type { HostIdentity } from "../hypervisor/host-identity.js";
import { defaultUri, isAlias, leadsHere, redactUri } from "../hypervisor/uri.js";
import { defined } from "../xml/defined.js";

const LIFETIME_MS = 60_000;

/** One connection URI, and what this process knows of the host behind it. */
export class Connection {
  readonly #batcher = this.atOnce();
  readonly #known = new Map<string, { value: unknown; at: number }>();

  constructor(
    /** `undefined` for virsh's own default. */
    readonly uri: string | undefined,
  ) {}

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

  daemonVersion(limits: Limits): Promise<string> {
    return this.#onceInAWhile(daemonVersion(), limits);
  }

  /** Which host and which of its daemons answers. */
  async identity(limits: Limits): Promise<HostIdentity> {
    const [uri, uuid] = await Promise.all([
      this.#onceInAWhile(resolvedUri(), limits),
      this.#onceInAWhile(hostUuid(), limits),
    ]);
    return defined({ uuid, uri: redactUri(uri) });
  }

  /**
   * Whether the host is this machine. libvirt is asked, because its defaults and aliases may lead anywhere. A socket that
   * the URI names may be the end of a tunnel: then the host behind it has no file of that name.
   */
  async isHere(limits: Limits): Promise<boolean> {
    const here = leadsHere(await this.resolved(limits));
    if (typeof here === "boolean") return here;
    return this.#onceInAWhile(fileExists(here.behind), limits);
  }

  /** Where the connection leads. It may contain a password. */
  async resolved(limits: Limits): Promise<string> {
    const asked = this.uri ?? defaultUri(process.env)?.uri;
    // Only a default and an alias resolve to something else.
    return asked === undefined || isAlias(asked) ? this.#onceInAWhile(resolvedUri(), limits) : asked;
  }

  /** Asked for once a minute: a daemon is hardly replaced within a run, but a program may live for long. */
  async #onceInAWhile<T>(command: Command<T>, limits: Limits): Promise<T> {
    const key = command.args.join(" ");
    const known = this.#known.get(key);
    if (known !== undefined && performance.now() - known.at < LIFETIME_MS) return known.value as T;
    const value = await this.carryOut(command, limits);
    this.#known.set(key, { value, at: performance.now() });
    return value;
  }

  async #run(
    args: readonly string[],
    { tried, changes }: Pick<Command<unknown>, "tried" | "changes">,
    limits: Limits,
  ): Promise<Finished> {
    const connection = this.uri === undefined ? [] : [option("connect", this.uri)];
    const argv = ["--quiet", ...connection, ...args];
    const start = () => run({ program: "virsh", args: argv, tried, changes, limits });
    try {
      return await start();
    } catch (error) {
      // A virsh that someone killed says nothing about the host. A query can be sent once more, a change cannot.
      if (changes || !isVirshError(error, "Cancelled")) throw error;
      return start();
    }
  }
}
