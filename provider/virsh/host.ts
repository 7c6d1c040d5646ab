import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { QuestionHost } from "../hypervisor/function-host.js";
import type {
  CreateRequest,
  DeleteRequest,
  DomainControl,
  DomainRef,
  DomainState,
  Host,
  HostOptions,
  OpenHost,
  RevertRequest,
  SnapshotDocument,
} from "../hypervisor/host.js";
import type { DomainXml } from "../xml/domain.js";
import { answersTo, understood, type Answer, type Answers } from "./answer.js";
import { option, type Command } from "./commands/command.js";
import * as definition from "./commands/definition.js";
import * as domain from "./commands/domain.js";
import * as snapshot from "./commands/snapshot.js";
import { isFailedLookup } from "./errors.js";
import { freeBytes, imageFiles, isLocked, readTags, removeFile } from "./files.js";
import { readImages, type Image, type ImageOptions } from "./images.js";
import { withPrivateFile } from "./private-file.js";
import { run, type Call, type Finished, type Limits } from "./process.js";
import { MOST_AT_ONCE, Readings } from "./readings.js";
import { isHere, redactUri, uriProblem } from "../hypervisor/uri.js";

/** Opens the host that virsh reaches, for one operation. Throws when the URI is not one to be used. */
export const openHost: OpenHost = (options) => open(options);

/** The same, for what is done to a domain as a whole. */
export function openDomainHost(options: HostOptions): DomainHost {
  return open(options);
}

/** The same, for questions alone. */
export function openQuestionHost(options: HostOptions): QuestionHost {
  return open(options);
}

function open(options: HostOptions): VirshHost {
  const { uri } = options;
  const problem = uri === undefined ? undefined : uriProblem(uri);
  if (uri !== undefined && problem !== undefined) {
    throw new VirshError({ kind: "Invalid", tried: `use uri ${quote(redactUri(uri))}`, said: problem });
  }
  return new VirshHost(options);
}

const AFTERWARDS_SECONDS = 30;

/** A daemon is not replaced within a run: its version is asked for once. */
const versions = new Map<string, string>();

/** What all operations of this process ask, by connection. */
const readings = new Map<string, Readings>();

/** The hypervisor behind virsh: one process for each change, and one for all that is asked at the same time. */
class VirshHost implements Host, DomainHost, QuestionHost {
  readonly shownUri: string | undefined;
  private readonly limits: Limits;

  constructor(private readonly options: HostOptions) {
    const { uri, timeoutSeconds } = options;
    // The clock starts with the first call: waiting for the domain's turn is not the operation's own time.
    let deadline: number | undefined;
    const remaining = () => {
      deadline ??= performance.now() + timeoutSeconds * 1000;
      return Math.max(0, deadline - performance.now());
    };
    this.shownUri = uri === undefined ? undefined : redactUri(uri);
    this.limits = { timeoutSeconds, remaining };
  }

  remaining(): number {
    return this.limits.remaining();
  }

  afterwards(): Host {
    return new VirshHost({ uri: this.options.uri, timeoutSeconds: AFTERWARDS_SECONDS });
  }

  listDomains(): Promise<DomainRef[]> {
    return this.ask(domain.listDomains());
  }

  domainState(uuid: string): Promise<DomainState> {
    return this.askAbout(uuid, domain.domainState(uuid));
  }

  domainXml(uuid: string, options: { inactive?: boolean } = {}): Promise<DomainXml> {
    return this.askAbout(uuid, domain.domainXml(uuid, options));
  }

  domainControl(uuid: string): Promise<DomainControl> {
    return this.askAbout(uuid, domain.domainControl(uuid));
  }

  async daemonVersion(): Promise<string> {
    const key = this.options.uri ?? "";
    const known = versions.get(key) ?? (await this.ask(domain.daemonVersion()));
    versions.set(key, known);
    return known;
  }

  listSnapshots(uuid: string, filter?: snapshot.SnapshotFilter): Promise<string[]> {
    return this.askAbout(uuid, snapshot.listSnapshots(uuid, filter));
  }

  readSnapshot(uuid: string, name: string): Promise<SnapshotDocument> {
    return this.askAbout(uuid, snapshot.readSnapshot(uuid, name));
  }

  currentSnapshot(uuid: string): Promise<string | undefined> {
    return this.askAbout(uuid, snapshot.currentSnapshot(uuid));
  }

  createSnapshot(uuid: string, request: CreateRequest): Promise<void> {
    return this.askAbout(uuid, snapshot.createSnapshot(uuid, request));
  }

  redefineSnapshot(uuid: string, xml: string, options: { current?: boolean } = {}): Promise<void> {
    return withPrivateFile(xml, (file) =>
      this.askAbout(uuid, snapshot.redefineSnapshot(uuid, file, options)),
    );
  }

  revertSnapshot(uuid: string, name: string, request: RevertRequest = {}): Promise<void> {
    return this.askAbout(uuid, snapshot.revertSnapshot(uuid, name, request));
  }

  deleteSnapshot(uuid: string, name: string, request: DeleteRequest = {}): Promise<void> {
    return this.askAbout(uuid, snapshot.deleteSnapshot(uuid, name, request));
  }

  destroyDomain(uuid: string): Promise<void> {
    return this.askAbout(uuid, domain.destroyDomain(uuid));
  }

  listDescendants(uuid: string, name: string): Promise<string[]> {
    return this.askAbout(uuid, snapshot.listDescendants(uuid, name));
  }

  resumeDomain(uuid: string): Promise<void> {
    return this.askAbout(uuid, domain.resumeDomain(uuid));
  }

  thawDomain(uuid: string): Promise<void> {
    return this.askAbout(uuid, domain.thawDomain(uuid));
  }

  listManagedSaves(): Promise<string[]> {
    return this.ask(domain.listManagedSaves());
  }

  removeManagedSave(uuid: string): Promise<void> {
    return this.askAbout(uuid, domain.removeManagedSave(uuid));
  }

  defineDomain(xml: string): Promise<void> {
    return withPrivateFile(xml, (file) => this.ask(definition.defineDomain(file)));
  }

  undefineDomain(uuid: string, options: { nvram: boolean }): Promise<void> {
    return this.askAbout(uuid, definition.undefineDomain(uuid, options));
  }

  setAutostart(uuid: string, on: boolean): Promise<void> {
    return this.askAbout(uuid, definition.setAutostart(uuid, on));
  }

  startDomain(uuid: string): Promise<void> {
    return this.askAbout(uuid, definition.startDomain(uuid));
  }

  shutdownDomain(uuid: string): Promise<void> {
    return this.askAbout(uuid, definition.shutdownDomain(uuid));
  }

  listCheckpoints(uuid: string): Promise<string[]> {
    return this.askAbout(uuid, definition.listCheckpoints(uuid));
  }

  blockJob(uuid: string, target: string): Promise<string | undefined> {
    return this.askAbout(uuid, domain.blockJob(uuid, target));
  }

  fileExists(path: string): Promise<boolean> {
    return this.ask(domain.fileExists(path));
  }

  imageTags(path: string): Promise<string[] | undefined> {
    return isHere(this.options.uri) ? readTags(path, this.limits) : Promise.resolve(undefined);
  }

  imageFiles(path: string, format?: string): Promise<string[] | undefined> {
    return isHere(this.options.uri) ? imageFiles(path, format, this.limits) : Promise.resolve(undefined);
  }

  isLocked(path: string): Promise<boolean | undefined> {
    return isHere(this.options.uri) ? isLocked(path, this.limits) : Promise.resolve(undefined);
  }

  freeBytes(path: string): Promise<number | undefined> {
    return isHere(this.options.uri) ? freeBytes(path) : Promise.resolve(undefined);
  }

  removeFile(path: string): Promise<boolean> {
    return isHere(this.options.uri) ? removeFile(path) : Promise.resolve(false);
  }

  async readImages(file: string, options: ImageOptions): Promise<Image[]> {
    if (isHere(this.options.uri)) return readImages(file, options, this.limits);
    throw new VirshError({
      kind: "Unsupported",
      tried: `read the image ${quote(file)}`,
      said: `it is on the host of ${this.shownUri ?? "virsh's default connection"}, and qemu-img reads the files of this machine`,
      next: "Run the program on that host, with a uri such as qemu:///system.",
    });
  }

  async askAll<T extends readonly unknown[]>(
    uuid: string,
    commands: { [K in keyof T]: Command<T[K]> },
  ): Promise<Answers<T>> {
    const all: readonly Command<T[number]>[] = commands;
    const answers: Answer<T[number]>[] = [];
    while (answers.length < all.length) {
      const some = all.slice(answers.length, answers.length + MOST_AT_ONCE);
      const call = { tried: some[0]?.tried ?? "ask virsh", changes: false };
      answers.push(...(await answersTo(some, (script) => this.run([script], call))));
    }
    for (const answer of answers) {
      if ("error" in answer && isFailedLookup(answer.error)) throw await this.judgeLookup(uuid, answer.error);
    }
    return answers as unknown as Answers<T>;
  }

  private async ask<T>(command: Command<T>): Promise<T> {
    const { changes, slow = false } = command;
    if (!changes && !slow) return this.readings().answer(command, this.limits);
    return understood(command, await this.run(command.args, command));
  }

  private readings(): Readings {
    const { uri } = this.options;
    const known =
      readings.get(uri ?? "") ??
      new Readings((args, call) => runVirsh(uri, args, { ...call, changes: false }));
    readings.set(uri ?? "", known);
    return known;
  }

  private run(
    args: readonly string[],
    { tried, changes }: Pick<Command<unknown>, "tried" | "changes">,
  ): Promise<Finished> {
    return runVirsh(this.options.uri, args, { tried, changes, limits: this.limits });
  }

  /** Asks about one domain. virsh says the same of a domain that is gone and of one that it failed to look up. */
  private async askAbout<T>(uuid: string, command: Command<T>): Promise<T> {
    try {
      return await this.ask(command);
    } catch (error) {
      if (isVirshError(error) && isFailedLookup(error)) throw await this.judgeLookup(uuid, error);
      throw error;
    }
  }

  /** The failed look-up again, as `NotFound` only where the list of all domains proves it. */
  private async judgeLookup(uuid: string, failed: VirshError): Promise<VirshError> {
    const listed = await this.listDomains();
    if (listed.some((known) => known.uuid === uuid)) {
      const said = `libvirt lists the domain but did not let it be looked up`;
      return failed.with({ kind: "Unexpected", said, cause: failed });
    }
    return failed.with({
      kind: "NotFound",
      said: `there is no domain with the UUID ${quote(uuid)}`,
      cause: failed,
    });
  }
}

function runVirsh(
  uri: string | undefined,
  args: readonly string[],
  call: Omit<Call, "program" | "args">,
): Promise<Finished> {
  const connection = uri === undefined ? [] : [option("connect", uri)];
  return run({ ...call, program: "virsh", args: ["--quiet", ...connection, ...args] });
}
