import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainRef, Host } from "./host.js";
import { IncompleteError } from "./incomplete.js";
import type { SnapshotInputs } from "./inputs.js";
import { inOrder } from "./order.js";
import { readBack } from "./read.js";
import { toRequest } from "./request.js";
import { resolveDomain } from "./resolve.js";
import { SCHEMA_VERSION, toState, type PartialState, type SnapshotState } from "./state.js";
import { mayStillRun, watch } from "./watch.js";

/** Takes the snapshot. Nothing that exists is overwritten. */
export function create(host: Host, inputs: SnapshotInputs): Promise<SnapshotState> {
  // First in the order of asking, by what the program calls the domain; then against all that knows its UUID.
  return inOrder(`${host.shownUri ?? ""} ${inputs.domain}`, async () => {
    const domain = await resolveDomain(host, inputs.domain);
    return inOrder(domain.uuid, () => take(host, domain, inputs));
  });
}

async function take(host: Host, domain: DomainRef, inputs: SnapshotInputs): Promise<SnapshotState> {
  const { name } = inputs;
  const existing = await host.listSnapshots(domain.uuid);
  // libvirt would refuse it, too. But after a time limit a snapshot of that name has to be known to be ours.
  if (existing.includes(name)) throw alreadyExists(domain, name);
  try {
    await host.createSnapshot(domain.uuid, toRequest(inputs));
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const named = error.with({ tried: takePhrase(domain, name) });
    if (!mayStillRun(error)) throw named;
    await settle(host, domain, inputs, named);
  }
  return readNew(host, domain, inputs);
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
    const next = `${error.next ?? ""} The host is done, and no snapshot ${quote(name)} came of it.`.trim();
    throw error.with({ next });
  }
  if (outcome.unreachable === true) throw error.with({ next: cannotTell(domain, name, error) });
  throw new IncompleteError(
    partial(domain, inputs),
    `${error.message} ${domain.name} is still busy with it (${outcome.said}). It is kept in the state; run pulumi up again to look after it.`,
    error,
  );
}

async function readNew(host: Host, domain: DomainRef, inputs: SnapshotInputs): Promise<SnapshotState> {
  try {
    // When the time limit ran out at the very end, the snapshot is there all the same and worth a look.
    const reader = host.remaining() > 0 ? host : host.afterwards();
    return toState(inputs, domain, ...(await readBack(reader, domain.uuid, inputs.name)));
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

function alreadyExists(domain: DomainRef, name: string): VirshError {
  return new VirshError({
    kind: "Conflict",
    tried: takePhrase(domain, name),
    said: "the domain has a snapshot of that name already",
    next: "Nothing was changed. Give this one another name, or delete the other first.",
  });
}

function takePhrase(domain: DomainRef, name: string): string {
  return `take snapshot ${quote(name)} of ${domain.name}`;
}

function cannotTell(domain: DomainRef, name: string, { next }: VirshError): string {
  return (
    `${next ?? ""} Whether the snapshot was taken is not known: look with virsh snapshot-list ${domain.name}, ` +
    `and delete ${quote(name)} if it is there before you run pulumi up again.`
  ).trim();
}
