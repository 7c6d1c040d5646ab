import { isVirshError, type VirshError } from "../../errors.js";
import { redactUri } from "../../hypervisor/uri.js";
import type { DomainRef, Looks, OpenHost } from "../../hypervisor/host.js";
import type { SnapshotInputs } from "../inputs.js";
import { lookBeforeCreate, without } from "../create/look.js";
import { info, type Notice } from "../../hypervisor/notice.js";
import type { Plan, Revert } from "../plan.js";
import { missingDomainLine, preflightLines } from "./create-lines.js";
import { previewLines, widensScope, type Outlook } from "./change-lines.js";
import { remembered, type Answer, type Answers } from "./cached-queries.js";
import { takesOthersAlong } from "../replacement.js";
import { resolveDomain } from "../../hypervisor/resolve-domain.js";
import { planReversal } from "../revert/decide.js";
import type { PartialState } from "../state.js";
import { survey } from "../revert/look.js";
import { holdsUnknown } from "../../schema/unknown.js";

/** All that a preview waits for hosts, however many resources it has: one that does not answer is not to hold it up. */
const LIMIT_MS = 10_000;

export interface Clocks {
  now: () => Date;
  /** Milliseconds since any moment. */
  elapsed: () => number;
}

/**
 * What a preview tells of creates and changes that are coming, seen on the host. It only looks, and only where something
 * is going to happen; a host that cannot be reached costs one line. Each question is put once a process.
 */
export class Foresight {
  private readonly answers = new Map<string, Answers>();
  private readonly told = new Set<string>();
  /** Snapshots that are deleted before a new one of their name is taken. */
  private readonly leaving = new Map<string, PartialState>();
  private spentMs = 0;
  private updating = false;

  constructor(
    private readonly openHost: OpenHost,
    private readonly clocks: Clocks,
  ) {}

  /** From the first thing that is done what was seen goes out of date: every look is a new one. */
  begin(): void {
    this.updating = true;
  }

  /** Before a snapshot is taken. What is not known yet may turn out to be anything: then nothing is told. */
  async beforeCreate(inputs: SnapshotInputs): Promise<Notice[]> {
    const { revert: _later, description: _any, ...deciding } = inputs;
    if (holdsUnknown(deciding)) return [];
    const [lines = [], unseen] = await this.look(inputs.uri, (looks) => this.preflight(looks, inputs));
    return [...unseen, ...lines];
  }

  /** Before a plan is carried out. */
  async beforeChange(plan: Plan, state: PartialState, inputs: SnapshotInputs): Promise<Notice[]> {
    if (plan.deleteBeforeReplace) this.leaving.set(placeOf(state.domainUuid, state.name), state);
    const [outlook, unseen] = await this.outlook(plan, state, inputs);
    return [...unseen, ...previewLines(plan, state, inputs, outlook)];
  }

  private async outlook(
    plan: Plan,
    state: PartialState,
    inputs: SnapshotInputs,
  ): Promise<[Outlook | undefined, Notice[]]> {
    const step = plan.steps.find((each) => each.do === "revert");
    if (step !== undefined) return this.look(inputs.uri, (looks) => this.foresee(looks, step));
    const goes = plan.replaces.length > 0 && takesOthersAlong(state.deleteScope);
    if (!goes && !widensScope(plan, inputs)) return [undefined, []];
    const { domainUuid, name } = state;
    return this.look(state.uri, async (looks) => ({
      descendants: await looks.listDescendants(domainUuid, name),
    }));
  }

  private async foresee(looks: Looks, step: Revert): Promise<Outlook> {
    try {
      return { reversal: planReversal(step, await survey(looks, step), this.clocks.now()) };
    } catch (error) {
      if (!isVirshError(error, "NotFound")) throw error;
      return { lost: error };
    }
  }

  private async preflight(looks: Looks, inputs: SnapshotInputs): Promise<Notice[]> {
    const domain = await this.findDomain(looks, inputs);
    if (isVirshError(domain)) return this.once(`no ${inputs.domain}`, missingDomainLine(inputs, domain.next));
    const leaving = this.leaving.get(placeOf(domain.uuid, inputs.name));
    const ahead = leaving === undefined ? looks : without(looks, leaving);
    return preflightLines(inputs, await lookBeforeCreate(ahead, domain, inputs));
  }

  /** The domain, or the proof that there is none. During an update one may have been defined since the last look. */
  private async findDomain(looks: Looks, inputs: SnapshotInputs): Promise<DomainRef | VirshError> {
    try {
      return await resolveDomain(looks, inputs.domain).catch((error: unknown) => {
        if (!isVirshError(error, "NotFound") || this.told.has(`no ${inputs.domain}`)) throw error;
        this.answersAt(inputs.uri).clear();
        return resolveDomain(looks, inputs.domain);
      });
    } catch (error) {
      if (!isVirshError(error, "NotFound")) throw error;
      return error;
    }
  }

  /** What `work` sees of the host, and the line that tells, once, why nothing could be seen of it. */
  private async look<T>(
    uri: string | undefined,
    work: (looks: Looks) => Promise<T>,
  ): Promise<[seen: T | undefined, unseen: Notice[]]> {
    const begun = this.clocks.elapsed();
    try {
      const timeoutSeconds = Math.max(0, Math.ceil(LIMIT_MS - this.spentMs)) / 1000;
      const host = this.openHost({ uri, timeoutSeconds });
      const looks = remembered(host, this.answersAt(uri), this.clocks.elapsed);
      // The questions that all others wait for: a host that cannot be reached is not asked again.
      await Promise.all([looks.listDomains(), looks.daemonVersion()]);
      return [await work(looks), []];
    } catch (error) {
      if (!isVirshError(error)) throw error;
      return [undefined, this.once(error.said, unseenLine(uri, error))];
    } finally {
      this.spentMs += this.clocks.elapsed() - begun;
    }
  }

  private answersAt(uri: string | undefined): Answers {
    const known = this.updating ? undefined : this.answers.get(uri ?? "");
    const answers: Answers = known ?? new Map<string, Answer>();
    this.answers.set(uri ?? "", answers);
    return answers;
  }

  private once(key: string, notice: Notice): Notice[] {
    if (this.told.has(key)) return [];
    this.told.add(key);
    return [notice];
  }
}

function placeOf(domainUuid: string, name: string): string {
  return `${domainUuid} ${name}`;
}

function unseenLine(uri: string | undefined, { said }: VirshError): Notice {
  const where = uri === undefined ? "" : ` ${redactUri(uri)}`;
  return info(`Snapshots and reverts were not checked against the host${where}: ${said}.`);
}
