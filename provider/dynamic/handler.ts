import type { dynamic } from "@pulumi/pulumi";
import { isVirshError } from "../errors.js";
import { check as checkInputs } from "../snapshot/check.js";
import { create as createSnapshot } from "../snapshot/create/create.js";
import { Foresight } from "../snapshot/preview/preview.js";
import type { Host } from "../hypervisor/host.js";
import { IncompleteError } from "../snapshot/incomplete.js";
import { DEFAULT_TIMEOUT_SECONDS, type SnapshotInputs } from "../snapshot/inputs.js";
import { warning } from "../hypervisor/notice.js";
import { changesAnything, plan, withoutReverts } from "../snapshot/plan.js";
import { read as readSnapshot } from "../snapshot/read.js";
import { remove } from "../snapshot/delete/delete.js";
import { inputsOf, snapshotId, type PartialState } from "../snapshot/state.js";
import { update as updateSnapshot } from "../snapshot/update.js";
import { openHost } from "../virsh/host.js";
import { delivered, show, tell } from "./tell.js";
import { fromWire, InitializationFailed, isPreview, PROVIDER_KEY, toWire } from "./wire.js";

/**
 * Pulumi's dynamic host on one side, the life cycle of a snapshot on the other. The host tells neither the URN nor
 * whether this is a preview (the program does, to check). It runs check and diff of one resource after those of another,
 * so these look at a hypervisor only where something is going to happen to it, and never for long.
 */

type Props = Record<string, unknown>;

const foresight = new Foresight(openHost, { now, elapsed: () => performance.now() });

/** Whether a preview is what is going on: a host serves either that or an update. */
let previewing: boolean | undefined;

export async function check(olds: Props, news: Props): Promise<dynamic.CheckResult> {
  previewing = isPreview(news);
  const { inputs, problems } = checkInputs(fromWire(news));
  // Without olds a create is coming: of a new resource, or of one that takes the place of another.
  const coming = previewing === true && isEmpty(fromWire(olds));
  if (coming && problems.length === 0) await show(await foresight.beforeCreate(inputs));
  return { inputs: toWire(inputs), failures: [...problems] };
}

export function diff(_id: string, olds: Props, news: Props): Promise<dynamic.DiffResult> {
  return plain(async () => {
    const state = fromWire(olds) as PartialState;
    const inputs = fromWire(news) as SnapshotInputs;
    const planned = plan(state, inputs);
    if (planned.refusal !== undefined) throw planned.refusal;
    // An update tells of a revert itself, from what it sees when it comes to it.
    const ahead = previewing === false ? withoutReverts(planned) : planned;
    if (changesAnything(planned)) await show(await foresight.beforeChange(ahead, state, inputs));
    return {
      changes: changesAnything(planned),
      replaces: [...planned.replaces],
      deleteBeforeReplace: planned.deleteBeforeReplace,
      stables: ["domainUuid", "creationTime"],
    };
  });
}

export async function create(props: Props): Promise<dynamic.CreateResult> {
  foresight.begin();
  const inputs = fromWire(props) as SnapshotInputs;
  const state = await saved(props, () => createSnapshot(hostFor(inputs), inputs, tell));
  return { id: snapshotId(state), outs: toWire(state) };
}

export async function read(id: string, props: Props): Promise<dynamic.ReadResult> {
  const state = fromWire(props) as PartialState;
  const found = await plain(() => readSnapshot(hostFor(state), state));
  if ("gone" in found) {
    await show([warning(`${found.gone}. ${found.next}`)]);
    return {};
  }
  return { id, props: toWire(found.state), inputs: toWire(inputsOf(found.state)) };
}

export async function update(_id: string, olds: Props, news: Props): Promise<dynamic.UpdateResult> {
  foresight.begin();
  const inputs = fromWire(news) as SnapshotInputs;
  const state = fromWire(olds) as PartialState;
  return {
    outs: toWire(await saved(news, () => updateSnapshot(hostFor(inputs), state, inputs, { tell, now }))),
  };
}

export async function delete_(_id: string, props: Props): Promise<void> {
  foresight.begin();
  const state = fromWire(props) as PartialState;
  await plain(() => remove(hostFor(state), state, tell));
}

function isEmpty(props: Props): boolean {
  return Object.keys(props).length === 0;
}

function now(): Date {
  return new Date();
}

function hostFor({
  uri,
  timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
}: Pick<SnapshotInputs, "uri" | "timeoutSeconds">): Host {
  return openHost({ uri, timeoutSeconds });
}

/** Runs `operation`; what it leaves incomplete is saved by the engine together with the reason. */
async function saved<T>(props: Props, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof IncompleteError)) throw error;
    // It travels in a header, which has to be small; the next update reads the description again.
    const { description: _long, ...state } = error.state;
    const properties = toWire({ ...state, [PROVIDER_KEY]: props[PROVIDER_KEY] });
    throw new InitializationFailed(snapshotId(error.state), properties, [error.message]);
  } finally {
    await delivered();
  }
}

/**
 * The host prints name and stack of what diff, read and delete throw, beside the message that the engine shows. Where
 * the message says it all, its own line only points there.
 */
async function plain<T>(operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw Object.assign(error, { toString: () => "pulumi-virsh", stack: "see the error of the resource" });
  } finally {
    await delivered();
  }
}
