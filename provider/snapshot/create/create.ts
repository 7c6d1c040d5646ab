import type { Refusal } from "../../capabilities/snapshot-rules.js";
import { isVirshError, quote, VirshError } from "../../errors.js";
import { adopt } from "./adopt.js";
import { untilIdle, type Tell } from "../../hypervisor/wait-until-free.js";
import type { DomainRef, Host } from "../../hypervisor/host.js";
import { IncompleteError } from "../incomplete.js";
import type { SnapshotInputs } from "../inputs.js";
import { nameTaken } from "./preconditions.js";
import { inOrder } from "../../hypervisor/domain-queue.js";
import { readBack } from "../read.js";
import { resolveDomain } from "../../hypervisor/resolve-domain.js";
import {
  achieved,
  SCHEMA_VERSION,
  toState,
  type Evidence,
  type PartialState,
  type SnapshotState,
} from "../state.js";
import { take, takePhrase } from "./take.js";
import { mayStillRun, watch, withTimeLeft } from "../../hypervisor/watch.js";

/** Takes the snapshot, or takes it over (`adopt`). Nothing that exists is overwritten. */
export function create(host: Host, inputs: SnapshotInputs, tell: Tell): Promise<SnapshotState> {
  // First in the order of asking, by what the program calls the domain; then against all that knows its UUID.
  return inOrder(`${host.shownUri ?? ""} ${inputs.domain}`, async () => {
    const domain = await resolveDomain(host, inputs.domain);
    return inOrder(domain.uuid, () => createInTurn(host, domain, inputs, tell));
  });
}

async function createInTurn(
  host: Host,
  domain: DomainRef,
  inputs: SnapshotInputs,
  tell: Tell,
): Promise<SnapshotState> {
  const { uuid } = domain;
  const [existing, definition, saves] = await Promise.all([
    isThere(host, domain, inputs.name, tell),
    host.domainXml(uuid),
    host.listManagedSaves(),
  ]);
  // Of one that is taken over nothing was seen.
  const seen = { quiesced: false, suspended: !existing && saves.includes(uuid) };
  // libvirt would refuse it, too. But after a time limit a snapshot of that name has to be known to be ours.
  if (existing) {
    const taken = nameTaken(inputs);
    if (taken !== undefined) throw alreadyExists(domain, inputs.name, taken);
    await adopt(host, domain, definition, inputs, tell);
  } else {
    try {
      seen.quiesced = (await take(host, domain, definition, inputs, tell)).quiesced;
    } catch (error) {
      if (!isVirshError(error) || !mayStillRun(error)) throw error;
      await settle(host, domain, inputs, error);
    }
  }
  return readNew(host, domain, inputs, seen);
}

/** One that is listed may be under way only, begun by an up that was cut short, and gone again should it fail. */
async function isThere(host: Host, domain: DomainRef, name: string, tell: Tell): Promise<boolean> {
  const isListed = async () => (await host.listSnapshots(domain.uuid)).includes(name);
  if (!(await isListed())) return false;
  await untilIdle(host, { domainUuid: domain.uuid, tried: takePhrase(domain, name) }, tell);
  return isListed();
}

/** Returns once the snapshot whose creation was cut short is proven to be there; throws otherwise. */
async function settle(
  host: Host,
  domain: DomainRef,
  inputs: SnapshotInputs,
  error: VirshError,
): Promise<void> {
  const { name } = inputs;
  const outcome = await watch(host, domain.uuid, (later) => later.listSnapshots(domain.uuid));
  if (outcome.ended && outcome.found.includes(name)) return;
  if (outcome.ended) {
    const limit = error.kind === "Timeout" ? " timeoutSeconds sets the limit." : "";
    throw error.with({ next: `The host is done, and no snapshot ${quote(name)} came of it.${limit}` });
  }
  if (outcome.unreachable === true) throw error.with({ next: cannotTell(domain, name) });
  throw new IncompleteError(
    partial(domain, inputs),
    `${error.message} ${domain.name} is still busy with it (${outcome.said}). It is kept in the state; run pulumi up again to look after it.`,
    error,
  );
}

async function readNew(
  host: Host,
  domain: DomainRef,
  inputs: SnapshotInputs,
  seen: Evidence,
): Promise<SnapshotState> {
  try {
    const [document, current] = await readBack(withTimeLeft(host), domain.uuid, inputs.name);
    return toState(inputs, domain, document, current, { consistency: achieved(document.snapshot, seen) });
  } catch (error) {
    throw new IncompleteError(
      partial(domain, inputs),
      `Snapshot ${quote(inputs.name)} of ${domain.name} was taken, but could not be read back: ` +
        `${error instanceof Error ? error.message : String(error)} It is kept in the state; run pulumi up again to complete it.`,
      error,
    );
  }
}

function partial(domain: DomainRef, inputs: SnapshotInputs): PartialState {
  return { ...inputs, schemaVersion: SCHEMA_VERSION, domainUuid: domain.uuid, domainName: domain.name };
}

function alreadyExists(domain: DomainRef, name: string, { reason, remedy }: Refusal): VirshError {
  return new VirshError({
    kind: "Conflict",
    tried: takePhrase(domain, name),
    said: reason,
    next: `Nothing was changed. ${remedy}`,
  });
}

function cannotTell(domain: DomainRef, name: string): string {
  return (
    `Whether the snapshot was taken is not known: look with virsh snapshot-list ${domain.name}, ` +
    `and delete ${quote(name)} if it is there before you run pulumi up again.`
  );
}
