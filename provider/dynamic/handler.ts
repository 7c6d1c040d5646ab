import type { dynamic } from "@pulumi/pulumi";
import { isVirshError } from "../errors.js";
import { warning } from "../hypervisor/notice.js";
import { ProviderMemory, type Operation } from "../hypervisor/operation.js";
import { check } from "../snapshot/check.js";
import { snapshotId } from "../snapshot/identity.js";
import { IncompleteError } from "../snapshot/incomplete.js";
import { DEFAULT_TIMEOUT_SECONDS, type SnapshotInputs } from "../snapshot/inputs.js";
import { changesAnything, plan, withoutReverts } from "../snapshot/plan.js";
import type { Preview } from "../snapshot/preview/preview.js";
import { underNewName } from "../snapshot/renamed-domain.js";
import { inputsOf, readState, type PartialState } from "../snapshot/state.js";
import { failuresOf } from "../schema/check-failures.js";
import type { VirshHosts } from "../virsh/host.js";
import { EngineLog } from "./engine-log.js";
import {
  definitionIn,
  fromWire,
  InitializationFailed,
  isPreview,
  othersIn,
  PROVIDER_KEY,
  secretsIn,
  toWire,
} from "./wire.js";

type Props = Record<string, unknown>;

/**
 * Pulumi's dynamic host on one side, the life cycle of a snapshot on the other. The host passes neither the URN nor
 * whether this is a preview (the program does, to check). It runs check and diff of one resource after those of another,
 * so these look at a hypervisor only where something is going to happen to it, and never for long. What works on a
 * hypervisor is loaded when it is first needed: where nothing changes, nothing of it is.
 */
export class DynamicProvider {
  readonly #memory = new ProviderMemory();
  #settings: dynamic.Config | undefined;
  readonly #log = new EngineLog();
  #hosts: Promise<VirshHosts> | undefined;
  #preview: Promise<Preview> | undefined;
  /** What the preview has to know once it is needed. */
  readonly #news: ((preview: Preview) => void)[] = [];
  #updating = false;
  /** A host serves either a preview or an update. */
  #previewing: boolean | undefined;
  /** The UUIDs of domains that the program is about to change, by URI and name. A preview renames none of them. */
  readonly #declared = new Map<string, string>();

  /** Called before anything else, also where the program does not run. It only keeps the settings, because it must not fail. */
  readonly configure = ({ config }: dynamic.ConfigureRequest): Promise<void> => {
    this.#settings = config;
    return Promise.resolve();
  };

  readonly check = async (olds: Props, news: Props): Promise<dynamic.CheckResult> => {
    this.#previewing = isPreview(news);
    const { inputs, problems } = check(fromWire(news));
    const definition = definitionIn(news);
    const [others, { name, domain, uri }] = [othersIn(news), inputs];
    this.#news.push((preview) => {
      preview.expect(others);
      preview.declared({ name, domain, uri }, definition);
    });
    if (definition?.secret === true) this.#memory.secretDefinitions.add(inputs.domain);
    if (definition?.uuid !== undefined) this.#declared.set(keyOf(inputs), definition.uuid);
    // Without olds a create is coming: of a new resource, or of one that replaces another.
    const coming = this.#previewing === true && isEmpty(fromWire(olds));
    if (coming && problems.length === 0)
      await this.#log.show(await (await this.#informed()).beforeCreate(inputs));
    return { inputs: toWire(inputs), failures: failuresOf(problems, inputs, secretsIn(news)) };
  };

  readonly diff = (id: string, olds: Props, news: Props): Promise<dynamic.DiffResult> =>
    this.#plain(async () => {
      const recorded = readState(fromWire(olds), id);
      const inputs = fromWire(news) as SnapshotInputs;
      const state = await this.#underNewName(recorded, inputs);
      const planned = plan(state, inputs);
      if (planned.refusal !== undefined) throw planned.refusal;
      const ahead = this.#previewing === false ? withoutReverts(planned) : planned;
      if (changesAnything(planned))
        await this.#log.show(await (await this.#informed()).beforeChange(ahead, state, inputs));
      return {
        changes: changesAnything(planned) || state !== recorded,
        replaces: [...planned.replaces],
        deleteBeforeReplace: planned.deleteBeforeReplace,
        stables: ["domainUuid", "creationTime"],
      };
    });

  readonly create = async (props: Props): Promise<dynamic.CreateResult> => {
    this.#updateBegins();
    const inputs = fromWire(props) as SnapshotInputs;
    const state = await this.#saved(props, async () => {
      const { create } = await import("../snapshot/create/create.js");
      return create(await this.#operation(inputs), inputs);
    });
    return { id: snapshotId(state), outs: toWire(state) };
  };

  readonly read = async (id: string, props: Props): Promise<dynamic.ReadResult> => {
    const state = await this.#plain(() => readState(fromWire(props), id));
    const found = await this.#plain(async () => {
      const { read } = await import("../snapshot/read.js");
      return read((await this.#operation(state)).host, state);
    });
    if ("gone" in found) {
      await this.#log.show([warning(`${found.gone}. ${found.next}`)]);
      return {};
    }
    const [seen, trouble] = "lost" in found ? [state, found.lost] : [found.state, found.damage];
    if (trouble !== undefined) await this.#log.show([warning(trouble)]);
    return { id, props: toWire(seen), inputs: toWire(inputsOf(seen)) };
  };

  readonly update = async (id: string, olds: Props, news: Props): Promise<dynamic.UpdateResult> => {
    this.#updateBegins();
    const inputs = fromWire(news) as SnapshotInputs;
    const state = readState(fromWire(olds), id);
    const updated = await this.#saved(news, async () => {
      const { update } = await import("../snapshot/update.js");
      return update(await this.#operation(inputs), state, inputs);
    });
    return { outs: toWire(updated) };
  };

  readonly delete = async (id: string, props: Props): Promise<void> => {
    this.#updateBegins();
    await this.#plain(async () => {
      const state = readState(fromWire(props), id);
      const { deleteWithSafety } = await import("../snapshot/delete/delete.js");
      return deleteWithSafety(await this.#operation(state), state);
    });
  };

  /** In a preview the host has the old name, and what renames the domain is known from the program, if at all. */
  async #underNewName(state: PartialState, inputs: SnapshotInputs): Promise<PartialState> {
    if (this.#previewing === true && this.#declared.get(keyOf(inputs)) === state.domainUuid)
      return inputs.domain === state.domainName ? state : { ...state, domainName: inputs.domain };
    try {
      return await underNewName(async () => (await this.#operation(inputs)).host, state, inputs);
    } catch (error) {
      if (!isVirshError(error) || this.#previewing === false) throw error;
      return state;
    }
  }

  #updateBegins(): void {
    if (this.#updating) return;
    this.#updating = true;
    this.#news.push((preview) => {
      preview.updateBegins();
    });
  }

  /** The preview, with everything that it has to know. */
  async #informed(): Promise<Preview> {
    this.#preview ??= this.#newPreview();
    const preview = await this.#preview;
    for (const tell of this.#news.splice(0)) tell(preview);
    return preview;
  }

  async #newPreview(): Promise<Preview> {
    const [{ Preview }, { open }] = await Promise.all([
      import("../snapshot/preview/preview.js"),
      this.#virshHosts(),
    ]);
    return new Preview({ open, now, elapsed: () => performance.now() });
  }

  #virshHosts(): Promise<VirshHosts> {
    this.#hosts ??= import("../virsh/host.js").then(
      ({ VirshHosts }) => new VirshHosts((name) => this.#settings?.get(name)),
    );
    return this.#hosts;
  }

  async #operation({
    uri,
    timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
  }: Pick<SnapshotInputs, "uri" | "timeoutSeconds">): Promise<Operation> {
    const { open } = await this.#virshHosts();
    const host = open({ uri, timeoutSeconds });
    return { host, memory: this.#memory, tell: this.#log.tell, now };
  }

  /** Runs `operation`. The engine saves what it leaves incomplete, together with the reason. */
  async #saved<T>(props: Props, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof IncompleteError)) throw error;
      // It travels in a header, which has to be small; the next update reads the description again.
      const { description: _long, ...state } = error.state;
      const properties = toWire({ ...state, [PROVIDER_KEY]: props[PROVIDER_KEY] });
      throw new InitializationFailed(snapshotId(error.state), properties, [error.message]);
    } finally {
      await this.#log.delivered();
    }
  }

  /**
   * The host prints name and stack of what diff, read and delete throw, beside the message that the engine shows. Where
   * the message says it all, the host's own line only points there.
   */
  async #plain<T>(operation: () => T | Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      if (!isVirshError(error)) throw error;
      throw Object.assign(error, { toString: () => "pulumi-virsh", stack: "see the error of the resource" });
    } finally {
      await this.#log.delivered();
    }
  }
}

function keyOf({ uri = "", domain }: SnapshotInputs): string {
  return JSON.stringify([uri, domain]);
}

function isEmpty(props: Props): boolean {
  return Object.keys(props).length === 0;
}

function now(): Date {
  return new Date();
}
