import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError, quote, VirshError } from "../errors.js";
import type { Changes, Host, OpenHost } from "../hypervisor/host.js";
import { queriesBy, type Ask, type Queries } from "../hypervisor/queries.js";
import type { Image, ImageOptions } from "../hypervisor/results.js";
import type { Command } from "./commands/command.js";
import * as definition from "./commands/definition.js";
import * as domain from "./commands/domain.js";
import * as snapshot from "./commands/snapshot.js";
import { Connection } from "./connection.js";
import { aboutDefinition } from "./definition-errors.js";
import { isFailedLookup } from "./errors.js";
import { removeFile, setFileMode } from "./files.js";
import { readImages } from "./images.js";
import { withPrivateFile } from "./private-file.js";
import type { Limits } from "./process.js";
import { commands, fileQueries, isVirshQuery } from "./queries.js";
import { SETTING } from "./session-limit.js";
import { Stopping } from "./stopping.js";
import { defaultUri, redactUri, uriProblem } from "../hypervisor/uri.js";

/** An operation that was interrupted gets this long to see what it left behind. */
const AFTERWARDS_SECONDS = 30;

/** The hosts that one provider process reaches through virsh. Nothing is shared with another process or provider. */
export class VirshHosts {
  readonly #connections = new Map<string, Connection>();
  readonly #stopping = new Stopping();

  /** `setting`: reads a setting of the stack. */
  constructor(private readonly setting: (name: string) => string | undefined = () => undefined) {}

  /**
   * Stops waiting for virsh, for good: every operation ends at once, as if its time limit had run out, and has a moment
   * to see what it leaves. What libvirt has begun goes on.
   */
  stop(): void {
    this.#stopping.begin();
    for (const connection of this.#connections.values()) connection.end();
  }

  /** Opens the host that virsh reaches, for one operation. Throws when the URI must not be used. */
  readonly open: OpenHost = (options) => {
    const { uri } = options;
    refuseUnsafe(uri);
    const limits = limitsOf(options.timeoutSeconds, this.#stopping);
    return hostOn(this.#connectionTo(uri), uri, limits, this.#stopping);
  };

  #connectionTo(uri: string | undefined): Connection {
    const connection = this.#connections.get(uri ?? "") ?? new Connection(uri, this.setting(SETTING));
    this.#connections.set(uri ?? "", connection);
    return connection;
  }
}

/** The URI is checked wherever it comes from, except the user's libvirt.conf. */
function refuseUnsafe(given: string | undefined): void {
  const { uri, variable = "uri" } = given === undefined ? (defaultUri(process.env) ?? {}) : { uri: given };
  const said = uri === undefined ? undefined : uriProblem(uri);
  if (uri === undefined || said === undefined) return;
  throw new VirshError({ kind: "Invalid", tried: `use ${variable} ${quote(redactUri(uri))}`, said });
}

function hostOn(connection: Connection, uri: string | undefined, limits: Limits, stopping: Stopping): Host {
  const shownUri = uri === undefined ? undefined : redactUri(uri);
  const carryOut: CarryOut = (command, uuid) =>
    provingAbsence(connection, limits, uuid, () => connection.carryOut(command, limits));
  return {
    shownUri,
    remaining: () => limits.remaining(),
    pause: (ms) => pause(ms, limits),
    afterwards: () => hostOn(connection, uri, limitsOfLooks(stopping), stopping),
    atOnce: () => {
      const batcher = connection.atOnce();
      const queries = queriesOn(connection, limits, (command, uuid) =>
        provingAbsence(connection, limits, uuid, () => batcher.answer(command, limits)),
      );
      return { shownUri, pause: (ms) => pause(ms, limits), ...queries };
    },
    ...queriesOn(connection, limits, carryOut),
    ...changesOn(connection, limits, carryOut),
  };
}

async function pause(ms: number, { stopped: signal }: Limits): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Stopped: the next call says so.
  }
}

/** The clock starts with the first call: waiting for the domain's turn is not the operation's own time. */
function limitsOf(timeoutSeconds: number, { operations: stopped }: Pick<Stopping, "operations">): Limits {
  let deadline: number | undefined;
  const remaining = () => {
    deadline ??= performance.now() + timeoutSeconds * 1000;
    return stopped.aborted ? 0 : Math.max(0, deadline - performance.now());
  };
  return { timeoutSeconds, remaining, stopped };
}

/** The limits of a look at what an operation left: once the provider stops, all have the same moment. */
function limitsOfLooks(stopping: Stopping): Limits {
  const limits = limitsOf(AFTERWARDS_SECONDS, { operations: stopping.looks });
  return { ...limits, remaining: () => Math.min(limits.remaining(), stopping.leftForLooks()) };
}

type CarryOut = <T>(command: Command<T>, uuid?: string) => Promise<T>;

function queriesOn(connection: Connection, limits: Limits, carryOut: CarryOut): Queries {
  const ask = async (name: keyof Queries, args: readonly unknown[]): Promise<unknown> => {
    if (name === "readImages")
      return imagesOn(connection, limits, ...(args as Parameters<Queries["readImages"]>));
    if (name === "daemonVersion") return connection.daemonVersion(limits);
    if (name === "hostIdentity") return connection.identity(limits);
    if (isVirshQuery(name)) {
      const command = commands[name] as (...args: readonly unknown[]) => Command<unknown>;
      return carryOut(command(...args), args[0] as string | undefined);
    }
    if (!(await connection.isHere(limits))) return undefined;
    const query = fileQueries[name] as (limits: Limits, ...args: readonly unknown[]) => Promise<unknown>;
    return query(limits, ...args);
  };
  return queriesBy(ask as Ask);
}

function changesOn(connection: Connection, limits: Limits, carryOut: CarryOut): Changes {
  const to =
    <Rest extends unknown[]>(command: (uuid: string, ...rest: Rest) => Command<void>) =>
    (uuid: string, ...rest: Rest) =>
      carryOut(command(uuid, ...rest), uuid);
  return {
    createSnapshot: to(snapshot.createSnapshot),
    redefineSnapshot: (uuid, xml, options) =>
      withPrivateFile(xml, (file) => carryOut(snapshot.redefineSnapshot(uuid, file, options), uuid)),
    revertSnapshot: to(snapshot.revertSnapshot),
    deleteSnapshot: to(snapshot.deleteSnapshot),
    destroyDomain: to(domain.destroyDomain),
    resumeDomain: to(domain.resumeDomain),
    thawDomain: to(domain.thawDomain),
    removeManagedSave: to(domain.removeManagedSave),
    defineDomain: (xml, options) =>
      withPrivateFile(xml, (file) => carryOut(definition.defineDomain(file, options))).catch(
        (error: unknown) => {
          throw aboutDefinition(error);
        },
      ),
    renameDomain: to(definition.renameDomain),
    setMetadata: to(definition.setMetadata),
    undefineDomain: to(definition.undefineDomain),
    setAutostart: to(definition.setAutostart),
    startDomain: to(definition.startDomain),
    shutdownDomain: to(definition.shutdownDomain),
    removeFile: async (path) => (await connection.isHere(limits)) && removeFile(path),
    setFileMode: async (path, mode) => (await connection.isHere(limits)) && setFileMode(path, mode),
  };
}

async function imagesOn(
  connection: Connection,
  limits: Limits,
  file: string,
  options: ImageOptions,
): Promise<Image[]> {
  if (await connection.isHere(limits)) return readImages(file, options, limits);
  const uri = redactUri(await connection.resolved(limits));
  throw new VirshError({
    kind: "Unsupported",
    tried: `read the image ${quote(file)}`,
    said: `it is on the host of ${uri}, and qemu-img reads the files of this machine`,
    next: "Run the program on that host, with a uri such as qemu:///system.",
  });
}

/**
 * Runs a call about one domain. virsh answers the same for a domain that is gone and for one that it failed to look up,
 * so a failed look-up is `NotFound` only where the list of all domains proves it.
 */
async function provingAbsence<T>(
  connection: Connection,
  limits: Limits,
  uuid: string | undefined,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (uuid === undefined || !isVirshError(error) || !isFailedLookup(error)) throw error;
    const listed = await connection.carryOut(domain.listDomains(), limits);
    const isListed = listed.some((known) => known.uuid === uuid);
    throw error.with({
      kind: isListed ? "Unexpected" : "NotFound",
      said: isListed
        ? "libvirt lists the domain but did not let it be looked up"
        : `there is no domain with the UUID ${quote(uuid)}`,
      cause: error,
    });
  }
}
