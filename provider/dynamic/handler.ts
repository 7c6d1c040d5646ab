import type { dynamic } from "@pulumi/pulumi";
import { isVirshError } from "../errors.js";
import { check as checkInputs } from "../snapshot/check.js";
import { create as createSnapshot } from "../snapshot/create.js";
import type { Host } from "../snapshot/host.js";
import { IncompleteError } from "../snapshot/incomplete.js";
import { DEFAULT_TIMEOUT_SECONDS, type SnapshotInputs } from "../snapshot/inputs.js";
import { changesAnything, plan } from "../snapshot/plan.js";
import { previewLines } from "../snapshot/preview.js";
import { read as readSnapshot } from "../snapshot/read.js";
import { remove } from "../snapshot/remove.js";
import { inputsOf, snapshotId, type PartialState } from "../snapshot/state.js";
import { update as updateSnapshot } from "../snapshot/update.js";
import { openHost } from "../virsh/host.js";
import { fromWire, InitializationFailed, PROVIDER_KEY, toWire } from "./wire.js";

/**
 * Pulumi's dynamic host on one side, the life cycle of a snapshot on the other. The host tells neither the URN nor
 * whether this is a preview; it runs check and diff one after the other, so these touch nothing outside.
 */

type Props = Record<string, unknown>;

export async function check(_olds: Props, news: Props): Promise<dynamic.CheckResult> {
  const { inputs, problems } = checkInputs(fromWire<Props>(news));
  return Promise.resolve({ inputs: toWire(inputs), failures: [...problems] });
}

export function diff(_id: string, olds: Props, news: Props): Promise<dynamic.DiffResult> {
  return plain(() => {
    const state = fromWire<PartialState>(olds);
    const planned = plan(state, fromWire<SnapshotInputs>(news));
    if (planned.refusal !== undefined) throw planned.refusal;
    for (const line of previewLines(planned, state)) console.warn(line);
    return {
      changes: changesAnything(planned),
      replaces: [...planned.replaces],
      deleteBeforeReplace: planned.deleteBeforeReplace,
      stables: ["domainUuid", "creationTime"],
    };
  });
}

export async function create(props: Props): Promise<dynamic.CreateResult> {
  const inputs = fromWire<SnapshotInputs>(props);
  const state = await saved(props, () => createSnapshot(hostFor(inputs), inputs));
  return { id: snapshotId(state), outs: toWire(state) };
}

export async function read(id: string, props: Props): Promise<dynamic.ReadResult> {
  const state = fromWire<PartialState>(props);
  const found = await plain(() => readSnapshot(hostFor(state), state));
  if ("gone" in found) {
    console.warn(`${found.gone}. The next pulumi up takes a new snapshot of the state of that day.`);
    return {};
  }
  return { id, props: toWire(found.state), inputs: toWire(inputsOf(found.state)) };
}

export async function update(_id: string, olds: Props, news: Props): Promise<dynamic.UpdateResult> {
  const inputs = fromWire<SnapshotInputs>(news);
  const state = fromWire<PartialState>(olds);
  return { outs: toWire(await saved(news, () => updateSnapshot(hostFor(inputs), state, inputs))) };
}

export async function delete_(_id: string, props: Props): Promise<void> {
  const state = fromWire<PartialState>(props);
  await plain(() => remove(hostFor(state), state));
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
    const properties = toWire({ ...error.state, [PROVIDER_KEY]: props[PROVIDER_KEY] });
    throw new InitializationFailed(snapshotId(error.state), properties, [error.message]);
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
  }
}
