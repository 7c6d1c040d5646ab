import type { dynamic } from "@pulumi/pulumi";
import { isVirshError } from "../errors.js";
import { check as checkInputs } from "../snapshot/check.js";
import { create as createSnapshot } from "../snapshot/create.js";
import type { Host } from "../snapshot/host.js";
import { IncompleteError } from "../snapshot/incomplete.js";
import { DEFAULT_TIMEOUT_SECONDS, type SnapshotInputs } from "../snapshot/inputs.js";
import { changesAnything, plan, type Plan } from "../snapshot/plan.js";
import { previewLines } from "../snapshot/preview.js";
import { read as readSnapshot } from "../snapshot/read.js";
import { planReversal, type Reversal } from "../snapshot/reversal.js";
import { remove } from "../snapshot/remove.js";
import { inputsOf, snapshotId, type PartialState } from "../snapshot/state.js";
import { survey } from "../snapshot/survey.js";
import { update as updateSnapshot } from "../snapshot/update.js";
import { openHost } from "../virsh/host.js";
import { fromWire, InitializationFailed, PROVIDER_KEY, toWire } from "./wire.js";

/**
 * Pulumi's dynamic host on one side, the life cycle of a snapshot on the other. The host tells neither the URN nor
 * whether this is a preview; it runs check and diff one after the other, so these touch nothing outside.
 */

type Props = Record<string, unknown>;

/** A preview is not to wait long for a host that does not answer. */
const FORESEE_SECONDS = 10;

export async function check(_olds: Props, news: Props): Promise<dynamic.CheckResult> {
  const { inputs, problems } = checkInputs(fromWire(news));
  return Promise.resolve({ inputs: toWire(inputs), failures: [...problems] });
}

export function diff(_id: string, olds: Props, news: Props): Promise<dynamic.DiffResult> {
  return plain(async () => {
    const state = fromWire(olds) as PartialState;
    const inputs = fromWire(news) as SnapshotInputs;
    const planned = plan(state, inputs);
    if (planned.refusal !== undefined) throw planned.refusal;
    const reversal = await foresee(planned, inputs);
    for (const line of previewLines(planned, state, reversal)) tell(line);
    return {
      changes: changesAnything(planned),
      replaces: [...planned.replaces],
      deleteBeforeReplace: planned.deleteBeforeReplace,
      stables: ["domainUuid", "creationTime"],
    };
  });
}

/**
 * What a pending revert will do, seen on the host. Only then does a diff look there; a runner that cannot reach it still
 * previews, with what the state alone tells.
 */
async function foresee(planned: Plan, { uri }: SnapshotInputs): Promise<Reversal | undefined> {
  const step = planned.steps.find((each) => each.do === "revert");
  if (step === undefined) return undefined;
  try {
    return planReversal(step, await survey(openHost({ uri, timeoutSeconds: FORESEE_SECONDS }), step), now());
  } catch (error) {
    if (!isVirshError(error)) throw error;
    tell(`What else the revert of ${step.domainName} does could not be seen from here: ${error.said}`);
    return undefined;
  }
}

export async function create(props: Props): Promise<dynamic.CreateResult> {
  const inputs = fromWire(props) as SnapshotInputs;
  const state = await saved(props, () => createSnapshot(hostFor(inputs), inputs, tell));
  return { id: snapshotId(state), outs: toWire(state) };
}

export async function read(id: string, props: Props): Promise<dynamic.ReadResult> {
  const state = fromWire(props) as PartialState;
  const found = await plain(() => readSnapshot(hostFor(state), state));
  if ("gone" in found) {
    tell(`${found.gone}. ${found.next}`);
    return {};
  }
  return { id, props: toWire(found.state), inputs: toWire(inputsOf(found.state)) };
}

export async function update(_id: string, olds: Props, news: Props): Promise<dynamic.UpdateResult> {
  const inputs = fromWire(news) as SnapshotInputs;
  const state = fromWire(olds) as PartialState;
  return {
    outs: toWire(await saved(news, () => updateSnapshot(hostFor(inputs), state, inputs, { tell, now }))),
  };
}

export async function delete_(_id: string, props: Props): Promise<void> {
  const state = fromWire(props) as PartialState;
  await plain(() => remove(hostFor(state), state, tell));
}

/** What the host writes, the engine shows. */
function tell(line: string): void {
  console.warn(line);
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
