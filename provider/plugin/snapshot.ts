import type { Operation } from "../hypervisor/operation.js";
import { warning, type Notice } from "../hypervisor/notice.js";
import { isKnown } from "../schema/unknown.js";
import { check } from "../snapshot/check.js";
import { create } from "../snapshot/create/create.js";
import { deleteWithSafety } from "../snapshot/delete/delete.js";
import { snapshotId } from "../snapshot/identity.js";
import { importSnapshot } from "../snapshot/import.js";
import { IncompleteError } from "../snapshot/incomplete.js";
import { DEFAULT_TIMEOUT_SECONDS, type SnapshotInputs } from "../snapshot/inputs.js";
import { changedInputs, changesAnything, plan, withoutReverts, type Plan } from "../snapshot/plan.js";
import { Preview } from "../snapshot/preview/preview.js";
import { read } from "../snapshot/read.js";
import { underNewName } from "../snapshot/renamed-domain.js";
import { inputsOf, readState, type PartialState } from "../snapshot/state.js";
import { update } from "../snapshot/update.js";
import { listSnapshots } from "./list-snapshots.js";
import { outputsAhead, outputsUnknown } from "./outputs-ahead.js";
import {
  LeftIncomplete,
  type CheckRequest,
  type Checked,
  type Created,
  type CreateRequest,
  type DeleteRequest,
  type Difference,
  type DiffRequest,
  type Listed,
  type ListRequest,
  type Props,
  type ProviderContext,
  type Read,
  type ReadRequest,
  type ResourceHandler,
  type Subject,
  type Timed,
  type UpdateRequest,
} from "./resource.js";
import { withDefaults } from "./snapshot-defaults.js";

/**
 * The text that the dynamic provider leaves in a state. It stays with a resource that was moved here, so that it can be
 * moved back.
 */
const PROVIDER_KEY = "__provider";

/** `virsh:index:Snapshot`: the life cycle of a snapshot, as the engine's plugin protocol calls it. */
export class SnapshotResource implements ResourceHandler {
  readonly #preview: Preview;

  constructor(private readonly context: ProviderContext) {
    this.#preview = new Preview({
      open: ({ uri, timeoutSeconds }) =>
        context.open({ inputs: { uri }, timeoutSeconds, defaultSeconds: timeoutSeconds }),
      now,
      elapsed: () => performance.now(),
    });
  }

  check({ name, olds, news }: CheckRequest): Checked {
    const { [PROVIDER_KEY]: _text, ...given } = news;
    const raw = { ...given, name: given["name"] ?? name };
    const { inputs, problems } = check(withDefaults(raw, this.context.settings));
    const effective = this.#effective(inputs);
    const definition = this.context.declared.of(effective.uri, effective.domain);
    this.#preview.declared(effective, definition);
    if (definition?.secret === true) this.context.memory.secretDefinitions.add(effective.domain);
    return { inputs: { ...inputs, ...kept(olds) }, problems };
  }

  async diff({ id, olds, news, show }: DiffRequest): Promise<Difference> {
    const recorded = this.#state(olds, id);
    const inputs = this.#inputs(news);
    const state = await this.#underNewName(recorded, inputs);
    const planned = plan(state, inputs);
    if (planned.refusal !== undefined) throw planned.refusal;
    // A replacement is announced here: nothing else that is called knows both snapshots.
    if (planned.replaces.length > 0) show(await this.#linesBefore(planned, state, inputs));
    const renamed = state === recorded ? {} : { domain: "update" as const };
    return {
      changes: changesAnything(planned) || state !== recorded,
      properties: { ...changedInputs(state, inputs), ...renamed },
      replaces: planned.replaces,
      deleteBeforeReplace: planned.deleteBeforeReplace,
      stables: ["domainUuid", "creationTime"],
    };
  }

  async create({ inputs: props, preview, ...call }: CreateRequest): Promise<Created> {
    const inputs = this.#inputs(props);
    if (preview) {
      call.show(await this.#preview.beforeCreate(inputs));
      return { id: "", outputs: outputsUnknown(props) };
    }
    this.#preview.updateBegins();
    const state = await this.#saved(props, () => create(this.#operation(inputs, call), inputs));
    return { id: snapshotId(state), outputs: recordedOf(state, props) };
  }

  async read({ id, outputs, inputs, ...call }: ReadRequest): Promise<Read | undefined> {
    if (!("schemaVersion" in outputs)) return this.#import(id, { ...outputs, ...inputs }, call);
    const state = this.#state(outputs, id);
    const found = await read(this.#operation(state, call).host, state);
    if ("gone" in found) {
      call.show([warning(`${found.gone}. ${found.next}`)]);
      return undefined;
    }
    const [seen, trouble] = "lost" in found ? [state, found.lost] : [found.state, found.damage];
    if (trouble !== undefined) call.show([warning(trouble)]);
    return {
      id,
      outputs: recordedOf(seen, outputs),
      inputs: recordedOf(inputsOf(seen), outputs),
    };
  }

  async update({ id, olds, news, preview, ...call }: UpdateRequest): Promise<Props> {
    const inputs = this.#inputs(news);
    const recorded = this.#state(olds, id);
    const state = await this.#underNewName(recorded, inputs);
    const planned = plan(state, inputs);
    // An update prints the line of a revert itself, when it comes to it.
    call.show(await this.#linesBefore(preview ? planned : withoutReverts(planned), state, inputs));
    if (preview) return outputsAhead(planned, olds, news);
    this.#preview.updateBegins();
    return recordedOf(
      await this.#saved(news, () => update(this.#operation(inputs, call), recorded, inputs)),
      news,
    );
  }

  delete({ id, outputs, ...call }: DeleteRequest): Promise<void> {
    this.#preview.updateBegins();
    const state = this.#state(outputs, id);
    return deleteWithSafety(this.#operation(state, call), state);
  }

  list({ query }: ListRequest): Promise<Listed[]> {
    return listSnapshots(this.context, query);
  }

  /** A snapshot that no state knows: to be imported, or read by a program that did not create it. */
  async #import(id: string, given: Props, call: Subject & Timed): Promise<Read> {
    const inputs = { uri: given["uri"], timeoutSeconds: given["timeoutSeconds"] } as Partial<SnapshotInputs>;
    const { uri, timeoutSeconds } = this.#effective(inputs);
    const { host } = this.#operation({ uri, timeoutSeconds }, call);
    const state = await importSnapshot(host, id, (described) => ({
      ...withDefaults(described, this.context.settings),
      uri,
    }));
    const outputs = recordedOf(state, inputs);
    return { id: snapshotId(state), outputs, inputs: recordedOf(inputsOf(state), inputs) };
  }

  /** The state within outputs, with the URI that the resource is reached through. */
  #state(outputs: Props, id: string): PartialState {
    const { [PROVIDER_KEY]: _text, ...state } = outputs;
    return this.#effective(readState(state, id));
  }

  #inputs(props: Props): SnapshotInputs {
    const { [PROVIDER_KEY]: _text, ...inputs } = props;
    return this.#effective(inputs as SnapshotInputs);
  }

  /** With the URI of the provider, unless it has one of its own. It is not recorded: a provider may change it. */
  #effective<T extends Partial<Pick<SnapshotInputs, "uri">>>(inputs: T): T {
    const { uri } = this.context.settings;
    return inputs.uri !== undefined || uri === undefined ? inputs : { ...inputs, uri };
  }

  /** Before its domain is renamed, only the program knows the new name. */
  async #underNewName(state: PartialState, inputs: SnapshotInputs): Promise<PartialState> {
    if (this.context.declared.of(inputs.uri, inputs.domain)?.uuid === state.domainUuid)
      return inputs.domain === state.domainName ? state : { ...state, domainName: inputs.domain };
    if (!isKnown(inputs.uri)) return state;
    const host = () => this.context.open({ inputs, defaultSeconds: DEFAULT_TIMEOUT_SECONDS });
    return underNewName(host, state, inputs);
  }

  async #linesBefore(planned: Plan, state: PartialState, inputs: SnapshotInputs): Promise<Notice[]> {
    const isLookedAt = changesAnything(planned) && isKnown(inputs.uri);
    return isLookedAt ? this.#preview.beforeChange(planned, state, inputs) : [];
  }

  #operation(
    inputs: Partial<Pick<SnapshotInputs, "uri" | "timeoutSeconds">>,
    { show, timeoutSeconds }: Subject & Timed,
  ): Operation {
    const { context } = this;
    const host = context.open({ inputs, timeoutSeconds, defaultSeconds: DEFAULT_TIMEOUT_SECONDS });
    const tell = (notice: Notice) => {
      show([notice]);
    };
    return { host, memory: context.memory, tell, now };
  }

  /** Runs `operation`. The engine saves what it leaves incomplete, together with the reason. */
  async #saved<T>(props: Props, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof IncompleteError)) throw error;
      // It travels in a header, which has to be small; the next update reads the description again.
      const { description: _long, ...state } = error.state;
      throw new LeftIncomplete(snapshotId(error.state), recordedOf(state, props), error.message);
    }
  }
}

/** What is recorded of a state or of inputs: without the provider's URI. */
function recordedOf(state: object, props: Props): Props {
  const { uri: _effective, ...recorded } = state as Props;
  return { ...recorded, ...(props["uri"] === undefined ? {} : { uri: props["uri"] }), ...kept(props) };
}

function kept(props: Props): Props {
  return props[PROVIDER_KEY] === undefined ? {} : { [PROVIDER_KEY]: props[PROVIDER_KEY] };
}

function now(): Date {
  return new Date();
}
