import { quote, VirshError } from "../errors.js";
import type { HostIdentity } from "../hypervisor/host-identity.js";
import type { DomainRef, SnapshotDocument } from "../hypervisor/results.js";
import type { SnapshotXml } from "../xml/snapshot.js";
import { achieved, readFacts, type Kept } from "./facts.js";
import { snapshotInputs, type SnapshotInputs } from "./inputs.js";
import { snapshotId } from "./identity.js";
import type { SnapshotFacts } from "./outputs.js";
import { stateProblem } from "./state-rules.js";

/** Version of the shape of outputs. Older ones stay readable for ever: they are in people's state files. */
const SCHEMA_VERSION = 1;

/** Everything that is kept of a snapshot: its inputs and what was read back. */
export type SnapshotState = SnapshotInputs & SnapshotFacts & { schemaVersion: number };

/** The definition of a snapshot that libvirt forgot (lost-definition.ts). */
export interface LostDefinition {
  /** Packed, because what an operation leaves incomplete has to be small. Empty where it could not be kept. */
  packed: string;
  /** Whether the snapshot was the current one. */
  current: boolean;
}

/** A state as far as it is known: the snapshot was taken but could not be read back. */
export type PartialState = SnapshotInputs &
  Pick<SnapshotState, "schemaVersion" | "domainUuid" | "domainName"> &
  Partial<SnapshotFacts> & { lostDefinition?: LostDefinition | undefined };

/**
 * The state within outputs that this or an older version of this package wrote, of the resource `id` if one is given.
 * Throws for those of a newer one, and for one that was edited: nothing may be read, changed or deleted on the strength
 * of it.
 */
export function readState(outputs: Record<string, unknown>, id?: string): PartialState {
  const { schemaVersion } = outputs;
  const isNewer = typeof schemaVersion === "number" && schemaVersion > SCHEMA_VERSION;
  const said = isNewer
    ? `it has schema version ${schemaVersion}, and this version of the package reads schema versions up to ${SCHEMA_VERSION}`
    : (stateProblem(outputs) ?? idProblem(outputs as PartialState, id));
  if (said === undefined) return outputs as PartialState;
  throw new VirshError({
    kind: "Unsupported",
    tried: `read the state of snapshot ${quote(outputs["name"])}`,
    said,
    unchanged: true,
    next: isNewer
      ? "Install the version of the package that wrote the state, or a later one."
      : "Restore the state from before it was edited.",
  });
}

function idProblem(state: PartialState, id = snapshotId(state)): string | undefined {
  return snapshotId(state) === id ? undefined : "its domainUuid and name are not those of the resource's ID";
}

/** The state of a snapshot as it was read from the host. */
export function toState(
  inputs: SnapshotInputs,
  domain: DomainRef,
  { snapshot }: SnapshotDocument,
  current: string | undefined,
  kept: Kept,
): SnapshotState {
  const { description: _asked, ...others } = inputs;
  return {
    ...others,
    ...(snapshot.description === undefined ? {} : { description: snapshot.description }),
    schemaVersion: SCHEMA_VERSION,
    ...readFacts(domain, snapshot, current),
    ...kept,
  };
}

/** The state of a snapshot that was taken, or may be under way, but could not be read back. */
export function partialState(domain: DomainRef, inputs: SnapshotInputs, host: HostIdentity): PartialState {
  const known = { schemaVersion: SCHEMA_VERSION, domainUuid: domain.uuid, domainName: domain.name };
  return { ...inputs, ...known, host };
}

/** What a state carries on. A state that could not be read back learns it from the snapshot. */
export function keptOf(
  { host, consistency, lastRevert, safetySnapshots }: PartialState,
  snapshot: SnapshotXml,
): Kept {
  return {
    ...(host === undefined ? {} : { host }),
    consistency: consistency ?? achieved(snapshot),
    ...(lastRevert === undefined ? {} : { lastRevert }),
    ...(safetySnapshots === undefined ? {} : { safetySnapshots }),
  };
}

/** The inputs within a state: what the program asked for, with the description as the host has it. */
export function inputsOf(state: PartialState): SnapshotInputs {
  return Object.fromEntries(Object.entries(state).filter(([key]) => isInput(key))) as SnapshotInputs;
}

/** The same snapshot as another set of inputs asks for it. */
export function withInputs(state: SnapshotState, inputs: SnapshotInputs): SnapshotState {
  const facts = Object.fromEntries(Object.entries(state).filter(([key]) => !isInput(key)));
  return { ...(facts as Omit<SnapshotState, keyof SnapshotInputs>), ...inputs };
}

function isInput(key: string): boolean {
  return key in snapshotInputs.entries;
}
