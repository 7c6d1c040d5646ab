import { isVirshError, quote, type VirshError } from "../../errors.js";
import type { OpenHost, QueryHost } from "../../hypervisor/host.js";
import { info, type Notice } from "../../hypervisor/notice.js";
import { resolveDomain } from "../../hypervisor/resolve-domain.js";
import type { DomainRef } from "../../hypervisor/results.js";
import { redactUri } from "../../hypervisor/uri.js";
import { holdsUnknown, isKnown } from "../../schema/unknown.js";
import { decideCreate } from "../create/decide.js";
import { lookBeforeCreate } from "../create/look.js";
import { writtenFiles } from "../written-files.js";
import { scopeOf } from "../delete-scope.js";
import type { SnapshotInputs } from "../inputs.js";
import type { Plan, Revert } from "../plan.js";
import { decideRevert } from "../revert/decide.js";
import { lookBeforeRevert } from "../revert/look.js";
import { expectSameDomain } from "../same-domain.js";
import type { PartialState } from "../state.js";
import { onItsHost } from "../which-host.js";
import { cachedQueries, keyOf, type QueryCache } from "./cached-queries.js";
import { changeLines, widensScope, type ChangeFacts } from "./change-lines.js";
import { createLines, missingDomainLine } from "./create-lines.js";
import { hostWithDefinition, withDeclared, type DeclaredDefinition } from "./declared-definition.js";
import { hostWithout } from "./host-without.js";
import { Neighbours, type Declared, type Purpose } from "./neighbours.js";
import { lookAround } from "./surroundings.js";
import { takeAlong } from "./take-along.js";
import { WantedFiles } from "./wanted-files.js";

/** All the time that a preview spends on hosts, however many resources it has: one that does not answer must not hold it up. */
const LIMIT_MS = 10_000;

export interface PreviewContext {
  open: OpenHost;
  now: () => Date;
  /** Milliseconds since any moment. */
  elapsed: () => number;
}

/**
 * What a preview prints about creates and changes: look and decide, with the files of each verb, and nothing carried
 * out. It looks at a host only where something is going to happen; a host that cannot be reached costs one line. Each
 * query is asked once per process.
 */
export class Preview {
  readonly #context: PreviewContext;
  readonly #caches = new Map<string, QueryCache>();
  readonly #printed = new Set<string>();
  readonly #wanted = new WantedFiles();
  readonly #neighbours = new Neighbours();
  /** Snapshots that are deleted before a new one of their name is taken. */
  readonly #leaving = new Map<string, PartialState>();
  /** Snapshots whose program did not know the domain yet. */
  readonly #unsure = new Set<string>();
  /** The XML that the program declares for domains, by URI and by what it calls them. */
  readonly #definitions = new Map<string, DeclaredDefinition>();
  /** Domains that are about to be replaced, by UUID. */
  readonly #replaced = new Set<string>();
  #spentMs = 0;
  #updating = false;

  constructor(context: PreviewContext) {
    this.#context = context;
  }

  /** Once something was changed, what was seen before is out of date: from now on every look is a new one. */
  updateBegins(): void {
    this.#updating = true;
  }

  /** What else the program declares, as far as it has said so before it is checked. */
  expect(others: readonly Declared[]): void {
    this.#neighbours.expect(others);
  }

  /** What the program declares, before it is compared with the state. */
  declared({ name, domain, uri }: SnapshotInputs, definition?: DeclaredDefinition): void {
    this.#neighbours.checked({ name, domain, uri });
    if (!isKnown(domain)) this.#unsure.add(name);
    else if (definition !== undefined) this.#definitions.set(JSON.stringify([uri, domain]), definition);
  }

  /** Before a snapshot is taken. An input that is not known yet may turn out to be anything: then no lines. */
  async beforeCreate(inputs: SnapshotInputs): Promise<Notice[]> {
    const { revert: _later, description: _any, ...deciding } = inputs;
    if (holdsUnknown(deciding)) return [];
    const look = (host: QueryHost) => this.#createLines(host, inputs);
    const [lines = [], unseen] = await this.#look(inputs.uri, look, { of: inputs, purpose: "create" });
    return [...unseen, ...lines];
  }

  /** Before a plan is carried out. */
  async beforeChange(plan: Plan, state: PartialState, inputs: SnapshotInputs): Promise<Notice[]> {
    if (plan.deleteBeforeReplace) this.#leaving.set(placeOf(state.domainUuid, state.name), state);
    const [facts, unseen] = await this.#changeFacts(plan, state, inputs);
    const domain = this.#domainChange(plan, state, inputs);
    return [...unseen, ...changeLines(plan, state, inputs, { ...facts, domain })];
  }

  /**
   * Before the engine replaces a resource that has to be deleted first, it asks what else goes with it, with inputs that
   * it makes unknown itself. The program has not declared those.
   */
  #domainChange(
    { replaces }: Plan,
    { domainUuid }: PartialState,
    { name, domain }: SnapshotInputs,
  ): ChangeFacts["domain"] {
    if (isKnown(domain) || !replaces.includes("domain")) return undefined;
    if (this.#unsure.has(name)) return "unknown";
    this.#replaced.add(domainUuid);
    return "replaced";
  }

  async #changeFacts(
    plan: Plan,
    state: PartialState,
    inputs: SnapshotInputs,
  ): Promise<[ChangeFacts | undefined, Notice[]]> {
    const step = plan.steps.find((each) => each.do === "revert");
    if (step !== undefined) {
      const look = (host: QueryHost) => this.#revertFacts(host, step, inputs);
      return this.#look(inputs.uri, look, { of: inputs, purpose: "revert" });
    }
    const goes = plan.replaces.length > 0 && scopeOf(state).descendants;
    const asksDescendants = goes || widensScope(plan, inputs);
    if (!asksDescendants && !touchesHost(plan, inputs)) return [undefined, []];
    const { domainUuid, name } = state;
    const moves = plan.steps.some((each) => each.do === "reconnect");
    return this.#look(moves ? inputs.uri : state.uri, async (host) => {
      const tried = `update snapshot ${quote(name)} of ${state.domainName}`;
      const looking = Promise.all([
        asksDescendants ? host.listDescendants(domainUuid, name) : undefined,
        touchesHost(plan, inputs) && expectSameDomain(host, { uuid: domainUuid }, inputs.domain, tried),
      ]);
      const [descendants] = await onItsHost(host, moves ? { domainUuid } : state, tried, looking);
      return { descendants };
    });
  }

  async #revertFacts(host: QueryHost, step: Revert, { uri, domain }: SnapshotInputs): Promise<ChangeFacts> {
    const declared = this.#definitions.get(JSON.stringify([uri, domain]));
    const ahead =
      declared === undefined ? host : hostWithDefinition(host, step.target.domainUuid, declared.xml);
    try {
      const facts = withDeclared(await lookBeforeRevert(ahead, step), declared);
      return { revert: decideRevert(step, facts, this.#context.now()) };
    } catch (error) {
      if (!isVirshError(error, "NotFound")) throw error;
      return { lost: error };
    }
  }

  async #createLines(host: QueryHost, inputs: SnapshotInputs): Promise<Notice[]> {
    const domain = await this.#findDomain(host, inputs);
    if (isVirshError(domain))
      return this.#once(`no ${inputs.domain}`, missingDomainLine(inputs, domain.next));
    // What its successor is like is known only once it exists.
    if (this.#replaced.has(domain.uuid)) return [];
    const leaving = this.#leaving.get(placeOf(domain.uuid, inputs.name));
    const ahead = leaving === undefined ? host : hostWithout(host, leaving);
    const facts = await lookBeforeCreate(ahead, domain, inputs);
    const decision = decideCreate(inputs, facts);
    if (decision.do !== "take") return createLines(inputs, facts, decision);
    const who = `${quote(inputs.name)} of ${domain.name}`;
    return [
      ...this.#wanted.claim(inputs.uri ?? "", who, writtenFiles(facts.definition, inputs)),
      ...createLines(inputs, facts, decision, await lookAround(ahead, facts, inputs)),
    ];
  }

  /** The domain, or the proof that there is none. An update may have defined it since the last look. */
  async #findDomain(host: QueryHost, inputs: SnapshotInputs): Promise<DomainRef | VirshError> {
    try {
      return await resolveDomain(host, inputs.domain).catch((error: unknown) => {
        if (!isVirshError(error, "NotFound") || this.#printed.has(`no ${inputs.domain}`)) throw error;
        this.#cacheOf(inputs.uri).delete(keyOf("listDomains"));
        return resolveDomain(host, inputs.domain);
      });
    } catch (error) {
      if (!isVirshError(error, "NotFound")) throw error;
      return error;
    }
  }

  /** What `look` sees on the host. Where the host cannot be asked, the line that says why, once. */
  async #look<T>(
    uri: string | undefined,
    look: (host: QueryHost) => Promise<T>,
    along?: { of: Declared; purpose: Purpose },
  ): Promise<[seen: T | undefined, unseen: Notice[]]> {
    const { open, elapsed } = this.#context;
    const begun = elapsed();
    try {
      const timeoutSeconds = Math.max(0, Math.ceil(LIMIT_MS - this.#spentMs)) / 1000;
      const [opened, cache] = [open({ uri, timeoutSeconds }), this.#cacheOf(uri)];
      const host = cachedQueries(opened, cache, elapsed);
      // Everything else waits for these: a host that cannot be reached is not asked again.
      await Promise.all([host.listDomains(), host.daemonVersion()]);
      const looking = look(host);
      if (along !== undefined) {
        const ahead = cachedQueries(opened, cache, elapsed, { ahead: true });
        void takeAlong(ahead, this.#neighbours.of(along.of, along.purpose), along.purpose);
      }
      return [await looking, []];
    } catch (error) {
      // Where the name means another domain now, or the connection another host, nothing may go on.
      if (!isVirshError(error) || error.kind === "Conflict") throw error;
      return [undefined, this.#once(error.said, unseenLine(uri, error))];
    } finally {
      this.#spentMs += elapsed() - begun;
    }
  }

  #cacheOf(uri: string | undefined): QueryCache {
    const known = this.#updating ? undefined : this.#caches.get(uri ?? "");
    const cache = known ?? (new Map() as QueryCache);
    this.#caches.set(uri ?? "", cache);
    return cache;
  }

  #once(key: string, notice: Notice): Notice[] {
    if (this.#printed.has(key)) return [];
    this.#printed.add(key);
    return [notice];
  }
}

/** Whether the plan changes the snapshot on the host, on the domain that it is of. */
function touchesHost({ steps, replaces }: Plan, { domain }: SnapshotInputs): boolean {
  if (!isKnown(domain) || replaces.includes("domain")) return false;
  return replaces.length > 0 || steps.some((step) => step.do !== "record");
}

function unseenLine(uri: string | undefined, { said }: VirshError): Notice {
  const where = uri === undefined ? "" : ` ${redactUri(uri)}`;
  return info(`Snapshots and reverts were not checked against the host${where}: ${said}.`);
}

function placeOf(domainUuid: string, name: string): string {
  return `${domainUuid} ${name}`;
}
