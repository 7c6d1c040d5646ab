import { VirshError, type ErrorKind } from "../../../provider/errors.js";
import type { DomainHost } from "../../../provider/hypervisor/domain-host.js";
import type { Wanted } from "../../../provider/domain/wanted.js";
import type { DomainRef, DomainState } from "../../../provider/hypervisor/results.js";
import { readIdentity } from "../../../provider/xml/definition.js";

export const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
export const OTHER = "bcfa3df3-7f64-4055-baf6-8ec50c3b0252";

export const xml = (name: string, more = "") => `<domain><name>${name}</name>${more}</domain>`;

export function wanted(parts: Partial<Wanted> = {}): Wanted {
  const defaults = { xml: xml("vm"), running: true, autostart: undefined, adopt: false };
  return { ...defaults, shutdownTimeoutSeconds: 0, ...parts };
}

/** Domains in memory; every call that changes something is noted, and any may be made to fail. */
export class FakeDomainHost implements DomainHost {
  readonly did: string[] = [];
  readonly domains = new Map<string, { name: string; state: DomainState }>();
  snapshots: string[] = [];
  checkpoints: string[] = [];
  /** What a guest does when it is asked to shut down. */
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

  remaining(): number {
    return 1000;
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

  /** A call about something is one that changes it. */
  private answer<T>(verb: string, about: string | undefined, value: T): Promise<T> {
    if (about !== undefined) this.did.push(verb);
    const failure = this.failures.get(verb);
    return failure === undefined ? Promise.resolve(value) : Promise.reject(failure);
  }
}

/** What was told, and the function to tell it to. */
export function listener(): { told: string[]; tell: (line: string) => void } {
  const told: string[] = [];
  return { told, tell: (line) => told.push(line) };
}
