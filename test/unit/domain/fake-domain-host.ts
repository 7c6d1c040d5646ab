import { VirshError, type ErrorKind } from "../../../provider/errors.js";
import { digest, type DomainDeclaration } from "../../../provider/domain/declaration.js";
import type { DomainHost } from "../../../provider/hypervisor/domain-host.js";
import type { HostIdentity } from "../../../provider/hypervisor/host-identity.js";
import type { DomainRef, DomainState } from "../../../provider/hypervisor/results.js";
import type { Notice, Tell } from "../../../provider/hypervisor/notice.js";
import { readIdentity, withUuid } from "../../../provider/xml/definition.js";
import { STAMP, stampOf, withStamp } from "../../../provider/definition/stamp.js";
import type { MetadataElement } from "../../../provider/hypervisor/host.js";
import { parseDocument } from "../../../provider/xml/document.js";

export const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
export const OTHER = "bcfa3df3-7f64-4055-baf6-8ec50c3b0252";

export const HOST: HostIdentity = { uuid: "4c4c4544-0046-3310-8053-b9c04f4d4e31", uri: "qemu:///system" };

export const xml = (name: string, more = "") =>
  `<domain><name>${name}</name>${more}<memory>65536</memory></domain>`;

export function declaration(parts: Partial<DomainDeclaration> = {}): DomainDeclaration {
  const defaults = { xml: xml("vm"), running: true, autostart: undefined, adopt: false };
  return { ...defaults, validate: false, shutdownTimeoutSeconds: 0, ...parts };
}

interface FakeDomain {
  name: string;
  state: DomainState;
  /** The persistent definition; one that stays like the declared one, unless a test gives another. */
  xml: string;
  persistent: boolean;
  saved: boolean;
}

/** What is recorded of `vm` once it is applied, without what the host says at the end. */
export const recordOfVm = (text = xml("vm"), uuid = UUID) =>
  ({ name: "vm", uuid, xmlSha256: digest(text), nvram: "generated", disks: {} }) as const;

/** What the host says of it at the end. */
export const atTheEnd = (state: DomainState) => ({
  state,
  running: state !== "shut off",
  autostart: false,
  persistent: true,
});

/** Domains in memory. Records every call that changes something; any call can be made to fail. */
export class FakeDomainHost implements DomainHost {
  readonly did: string[] = [];
  readonly domains = new Map<string, FakeDomain>();
  snapshots: string[] = [];
  checkpoints: string[] = [];
  /** Whether a guest shuts down when it is asked to. */
  obeys = true;
  /** The chain of each image; without an entry it cannot be seen. */
  readonly images = new Map<string, string[]>();
  readonly snapshotXmls = new Map<string, string>();
  private readonly afterwards = new Map<string, () => void>();
  /** What happens together with each failure. */
  onFailure: () => void = () => undefined;
  private readonly nexts = new Map<string, () => void>();
  private readonly failures = new Map<string, VirshError>();

  has(uuid: string, name: string, state: DomainState = "shut off", parts: Partial<FakeDomain> = {}): this {
    const text = withUuid(xml(name), uuid);
    this.domains.set(uuid, { name, state, xml: text, persistent: true, saved: false, ...parts });
    return this;
  }

  /** Something that someone else does right after that call. */
  after(verb: string, act: () => void): this {
    this.afterwards.set(verb, act);
    return this;
  }

  fail(verb: string, kind: ErrorKind, said = "no"): this {
    this.failures.set(verb, new VirshError({ kind, tried: verb, said }));
    return this;
  }

  recover(verb: string): void {
    this.failures.delete(verb);
  }

  /** Something that someone else does together with the next call of that kind. */
  onNext(verb: string, act: () => void): void {
    this.nexts.set(verb, act);
  }

  private left = 100_000;

  remaining(): number {
    return this.left;
  }

  /** Takes no time but the operation's. */
  pause(ms: number): Promise<void> {
    this.left -= ms;
    return Promise.resolve();
  }

  readonly shownUri = undefined;
  identity = HOST;
  version = "9.0.0";

  hostIdentity(): Promise<HostIdentity> {
    return this.answer("capabilities", undefined, this.identity);
  }

  smbiosUuid(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  daemonVersion(): Promise<string> {
    return this.answer("version", undefined, this.version);
  }

  listDomains(): Promise<DomainRef[]> {
    const domains = [...this.domains].map(([uuid, { name }]) => ({ uuid, name }));
    return this.answer("list", undefined, domains);
  }

  listManagedSaves(): Promise<string[]> {
    return this.listed(({ saved }) => saved);
  }

  listPersistent(): Promise<string[]> {
    return this.listed(({ persistent }) => persistent);
  }

  listAutostart(): Promise<string[]> {
    return Promise.resolve([]);
  }

  definitionXml(uuid: string): Promise<string> {
    const text = this.domains.get(uuid)?.xml;
    if (text !== undefined) return this.answer("dumpxml", undefined, text);
    return Promise.reject(new VirshError({ kind: "NotFound", tried: "dumpxml", said: "gone" }));
  }

  snapshotXml(_uuid: string, name: string): Promise<string> {
    return Promise.resolve(this.snapshotXmls.get(name) ?? "<domainsnapshot/>");
  }

  imageFiles(path: string): Promise<string[] | undefined> {
    return Promise.resolve(this.images.get(path));
  }

  private listed(which: (domain: FakeDomain) => boolean): Promise<string[]> {
    return Promise.resolve([...this.domains].flatMap(([uuid, domain]) => (which(domain) ? [uuid] : [])));
  }

  domainState(uuid: string): Promise<DomainState> {
    const state = this.domains.get(uuid)?.state;
    if (state !== undefined) return this.answer("domstate", undefined, state);
    return Promise.reject(new VirshError({ kind: "NotFound", tried: "domstate", said: "gone" }));
  }

  listSnapshots(): Promise<string[]> {
    return this.answer("snapshot-list", undefined, this.snapshots);
  }

  listCheckpoints(): Promise<string[]> {
    return this.answer("checkpoint-list", undefined, this.checkpoints);
  }

  async defineDomain(text: string): Promise<void> {
    await this.answer("define", text, undefined);
    const { name, uuid = "" } = readIdentity(text);
    this.has(uuid, name, this.domains.get(uuid)?.state, { xml: text });
    this.happens("define");
  }

  async renameDomain(uuid: string, name: string): Promise<void> {
    await this.answer(`rename to ${name}`, uuid, undefined);
    const domain = this.domains.get(uuid);
    if (domain === undefined) return;
    Object.assign(domain, { name, xml: domain.xml.replace(/<name>.*?<\/name>/, `<name>${name}</name>`) });
  }

  /** Every define ends with it, so it is not worth noting. */
  async setMetadata(uuid: string, { element }: MetadataElement): Promise<void> {
    await this.answer("metadata", undefined, undefined);
    const domain = this.domains.get(uuid);
    const stamp = stampOf(
      parseDocument(`<domain><metadata>${spelledOut(element)}</metadata></domain>`, "domain"),
    );
    if (domain !== undefined && stamp !== undefined) domain.xml = withStamp(domain.xml, stamp);
  }

  async undefineDomain(uuid: string, { nvram }: { nvram: boolean }): Promise<void> {
    await this.answer(nvram ? "undefine --nvram" : "undefine --keep-nvram", uuid, undefined);
    const domain = this.domains.get(uuid);
    if (domain?.state === "shut off") this.domains.delete(uuid);
    else if (domain !== undefined) domain.persistent = false;
  }

  setAutostart(uuid: string, on: boolean): Promise<void> {
    return this.answer(on ? "autostart" : "autostart --disable", uuid, undefined);
  }

  startDomain(uuid: string): Promise<void> {
    return this.become("start", uuid, "running");
  }

  shutdownDomain(uuid: string): Promise<void> {
    return this.become("shutdown", uuid, this.obeys ? "shut off" : "running");
  }

  destroyDomain(uuid: string): Promise<void> {
    return this.become("destroy", uuid, "shut off");
  }

  private async become(verb: string, uuid: string, state: DomainState): Promise<void> {
    await this.answer(verb, uuid, undefined);
    const domain = this.domains.get(uuid);
    if (domain !== undefined) domain.state = state;
    if (domain?.persistent === false && state === "shut off") this.domains.delete(uuid);
    this.happens(verb);
  }

  private happens(verb: string): void {
    this.afterwards.get(verb)?.();
  }

  /** Only a call that changes something says what it is `about`. */
  private answer<T>(verb: string, about: string | undefined, value: T): Promise<T> {
    if (about !== undefined) this.did.push(verb);
    const failure = this.failures.get(verb);
    const next = this.nexts.get(verb);
    this.nexts.delete(verb);
    next?.();
    if (failure === undefined) return Promise.resolve(value);
    this.onFailure();
    return Promise.reject(failure);
  }
}

function spelledOut(element: string): string {
  return element.replace("<definition", `<virsh:definition xmlns:virsh="${STAMP.uri}"`);
}

/** The notices so far, and the function that collects them. */
export function notices(): { told: Notice[]; tell: Tell } {
  const told: Notice[] = [];
  return { told, tell: (notice) => told.push(notice) };
}
