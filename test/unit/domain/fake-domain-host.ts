import { VirshError, type ErrorKind } from "../../../provider/errors.js";
import type { DomainDeclaration } from "../../../provider/domain/declaration.js";
import type { DomainHost } from "../../../provider/hypervisor/domain-host.js";
import type { DomainRef, DomainState } from "../../../provider/hypervisor/results.js";
import type { Notice, Tell } from "../../../provider/hypervisor/notice.js";
import { readIdentity } from "../../../provider/xml/definition.js";

export const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
export const OTHER = "bcfa3df3-7f64-4055-baf6-8ec50c3b0252";

export const xml = (name: string, more = "") => `<domain><name>${name}</name>${more}</domain>`;

export function declaration(parts: Partial<DomainDeclaration> = {}): DomainDeclaration {
  const defaults = { xml: xml("vm"), running: true, autostart: undefined, adopt: false };
  return { ...defaults, shutdownTimeoutSeconds: 0, ...parts };
}

/** Domains in memory. Records every call that changes something; any call can be made to fail. */
export class FakeDomainHost implements DomainHost {
  readonly did: string[] = [];
  readonly domains = new Map<string, { name: string; state: DomainState }>();
  snapshots: string[] = [];
  checkpoints: string[] = [];
  /** Whether a guest shuts down when it is asked to. */
  obeys = true;
  private readonly failures = new Map<string, VirshError>();

  has(uuid: string, name: string, state: DomainState = "shut off"): this {
    this.domains.set(uuid, { name, state });
    return this;
  }

  fail(verb: string, kind: ErrorKind, said = "no"): this {
    this.failures.set(verb, new VirshError({ kind, tried: verb, said }));
    return this;
  }

  private left = 1000;

  remaining(): number {
    return this.left;
  }

  /** Takes no time but the operation's. */
  pause(ms: number): Promise<void> {
    this.left -= ms;
    return Promise.resolve();
  }

  listDomains(): Promise<DomainRef[]> {
    const domains = [...this.domains].map(([uuid, { name }]) => ({ uuid, name }));
    return this.answer("list", undefined, domains);
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
    this.has(uuid, name, this.domains.get(uuid)?.state);
  }

  async undefineDomain(uuid: string, { nvram }: { nvram: boolean }): Promise<void> {
    await this.answer(nvram ? "undefine --nvram" : "undefine --keep-nvram", uuid, undefined);
    this.domains.delete(uuid);
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
  }

  /** Only a call that changes something says what it is `about`. */
  private answer<T>(verb: string, about: string | undefined, value: T): Promise<T> {
    if (about !== undefined) this.did.push(verb);
    const failure = this.failures.get(verb);
    return failure === undefined ? Promise.resolve(value) : Promise.reject(failure);
  }
}

/** The notices so far, and the function that collects them. */
export function notices(): { told: Notice[]; tell: Tell } {
  const told: Notice[] = [];
  return { told, tell: (notice) => told.push(notice) };
}
