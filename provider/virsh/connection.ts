import { isVirshError } from "../errors.js";
import { Documents, understood } from "./answer.js";
import { option, type Command } from "./commands/command.js";
import { daemonVersion, fileExists } from "./commands/domain.js";
import { hostUuid, resolvedUri } from "./commands/host.js";
import { run, unanswered, type Finished, type Limits } from "./process.js";
import { Batcher } from "./batcher.js";
import { play, type Line, type Played } from "./script.js";
import { Session } from "./session.js";
import { sessionLimit } from "./session-limit.js";
import { Sessions } from "./sessions.js";
import type { HostIdentity } from "../hypervisor/host-identity.js";
import { defaultUri, isAlias, leadsHere, redactUri } from "../hypervisor/uri.js";
import { defined } from "../xml/defined.js";

const LIFETIME_MS = 60_000;

const VIRSH = { program: "virsh" };

/** One connection URI, and what this process knows of the host behind it. */
export class Connection {
  readonly #sessions: Sessions;
  readonly #batcher: Batcher;
  readonly #documents = new Documents();
  readonly #known = new Map<string, { value: unknown; at: number }>();

  constructor(
    /** `undefined` for virsh's own default. */
    readonly uri: string | undefined,
    /** The value of `virsh:sessions`. */
    sessions?: string,
  ) {
    this.#sessions = new Sessions(
      (limits) => Session.start(this.#words([]), limits),
      sessionLimit(uri, process.env, sessions),
    );
    this.#batcher = this.atOnce();
  }

  /** Carries out the queries of one caller in a virsh of their own, slow ones too: those asked at the same time. */
  atOnce(): Batcher {
    return new Batcher((lines, call) => this.#query(lines, call), this.#documents);
  }

  /** Ends the sessions that nobody uses. */
  end(): void {
    this.#sessions.end();
  }

  /** A change has a session of its own; quick queries of all operations go to virsh together. */
  async carryOut<T>(command: Command<T>, limits: Limits): Promise<T> {
    const { changes, slow = false, tried } = command;
    if (!changes && !slow) return this.#batcher.answer(command, limits);
    if (changes) return understood(command, await this.#change(command, limits));
    const answer = await this.#query([command], { tried, limits });
    const end = "whole" in answer ? answer.whole : answer[0]?.end;
    return understood(command, end ?? (await this.#run(command.args, command, limits)));
  }

  daemonVersion(limits: Limits): Promise<string> {
    return this.#onceInAWhile(daemonVersion(), limits);
  }

  /** Which host and which of its daemons answers. */
  async identity(limits: Limits): Promise<HostIdentity> {
    const [uri, uuid] = await Promise.all([
      this.#onceInAWhile(resolvedUri(), limits),
      this.#onceInAWhile(hostUuid(), limits),
      // Asked for next, where a snapshot's data is looked at.
      this.isHere(limits).catch(() => undefined),
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
    // A socket is there or not at once, so this can go with other queries.
    return this.#onceInAWhile({ ...fileExists(here.behind), slow: false }, limits);
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

  /** Whatever a session did not answer for certain is asked again, in a process of its own. */
  async #query<L extends Line>(
    lines: readonly L[],
    { tried, limits }: { tried: string; limits: Limits },
  ): Promise<Played<L>[] | { whole: Finished }> {
    const answer = await this.#sessions.ask(lines, limits, "read");
    const call = { tried, changes: false };
    if (answer !== undefined && "played" in answer) return answer.played;
    if (answer !== undefined && "whole" in answer) return answer;
    if (answer?.lost === "timeout") throw unanswered({ ...call, ...VIRSH, limits }, answer);
    const [only, ...others] = lines;
    if (only === undefined || others.length > 0)
      return play(lines, (script) => this.#run([script], call, limits));
    return [{ line: only, end: await this.#run(only.args, call, limits) }];
  }

  /**
   * What a session did not answer for certain may have been done: it is judged like a process that was interrupted. What
   * it certainly did not begin is a process of its own.
   */
  async #change(command: Command<unknown>, limits: Limits): Promise<Finished> {
    const answer = await this.#sessions.ask([command], limits, "change");
    const [played] = answer !== undefined && "played" in answer ? answer.played : [];
    if (played !== undefined) return played.end;
    if (answer !== undefined && "whole" in answer) return answer.whole;
    if (answer !== undefined && "lost" in answer && (answer.begun || answer.lost === "timeout"))
      throw unanswered({ ...command, ...VIRSH, limits }, answer);
    return this.#run(command.args, command, limits);
  }

  async #run(
    args: readonly string[],
    { tried, changes }: Pick<Command<unknown>, "tried" | "changes">,
    limits: Limits,
  ): Promise<Finished> {
    const argv = this.#words(args);
    const start = () => run({ program: "virsh", args: argv, tried, changes, limits });
    try {
      return await start();
    } catch (error) {
      // A virsh that someone killed says nothing about the host. A query can be sent once more, a change cannot.
      if (changes || !isVirshError(error, "Cancelled")) throw error;
      return start();
    }
  }

  #words(args: readonly string[]): string[] {
    const connection = this.uri === undefined ? [] : [option("connect", this.uri)];
    return ["--quiet", ...connection, ...args];
  }
}
