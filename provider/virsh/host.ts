import { isVirshError, quote, VirshError } from "../errors.js";
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
} from "../snapshot/host.js";
import type { DomainXml } from "../xml/domain.js";
import { option, type Command } from "./commands/command.js";
import * as domain from "./commands/domain.js";
import * as snapshot from "./commands/snapshot.js";
import { explain, isFailedLookup } from "./errors.js";
import { freeBytes, readTags, removeFile } from "./files.js";
import { withPrivateFile } from "./private-file.js";
import { run, type Limits } from "./process.js";
import { isHere, redactText, redactUri, uriProblem } from "./uri.js";

/** Opens the host that virsh reaches, for one operation. Throws when the URI is not one to be used. */
export const openHost: OpenHost = (options) => {
  const { uri } = options;
  const problem = uri === undefined ? undefined : uriProblem(uri);
  if (uri !== undefined && problem !== undefined) {
    throw new VirshError({ kind: "Invalid", tried: `use uri ${quote(redactUri(uri))}`, said: problem });
  }
  return new VirshHost(options);
};

const AFTERWARDS_SECONDS = 30;

/** A daemon is not replaced within a run: its version is asked for once. */
const versions = new Map<string, string>();

/** The hypervisor behind one virsh process a call. */
class VirshHost implements Host {
  readonly shownUri: string | undefined;
  private readonly connection: readonly string[];
  private readonly limits: Limits;

  constructor(private readonly options: HostOptions) {
    const { uri, timeoutSeconds, signal } = options;
    // The clock starts with the first call: waiting for the domain's turn is not the operation's own time.
    let deadline: number | undefined;
    const remaining = () => {
      deadline ??= performance.now() + timeoutSeconds * 1000;
      return Math.max(0, deadline - performance.now());
    };
    this.shownUri = uri === undefined ? undefined : redactUri(uri);
    this.connection = uri === undefined ? [] : [option("connect", uri)];
    this.limits = { timeoutSeconds, signal, remaining };
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

  listSnapshots(uuid: string): Promise<string[]> {
    return this.askAbout(uuid, snapshot.listSnapshots(uuid));
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

  blockJob(uuid: string, target: string): Promise<string | undefined> {
    return this.askAbout(uuid, domain.blockJob(uuid, target));
  }

  fileExists(path: string): Promise<boolean> {
    return this.ask(domain.fileExists(path));
  }

  imageTags(path: string): Promise<string[] | undefined> {
    return isHere(this.options.uri) ? readTags(path, this.limits) : Promise.resolve(undefined);
  }

  freeBytes(path: string): Promise<number | undefined> {
    return isHere(this.options.uri) ? freeBytes(path) : Promise.resolve(undefined);
  }

  removeFile(path: string): Promise<boolean> {
    return isHere(this.options.uri) ? removeFile(path) : Promise.resolve(false);
  }

  private async ask<T>({ args, tried, changes, parse, refusals = [] }: Command<T>): Promise<T> {
    const { limits } = this;
    const call = { program: "virsh", args: ["--quiet", ...this.connection, ...args], tried, changes, limits };
    const { exitCode, stdout, stderr } = await run(call);
    if (exitCode === 0) return parse(stdout);
    const error = explain(redactText(stderr), tried);
    const answer = refusals.find(({ said }) => said.test(error.said));
    if (answer !== undefined) return answer.means;
    throw error;
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
