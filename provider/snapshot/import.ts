import { isVirshError, quote, quoteAll, VirshError } from "../errors.js";
import type { Host } from "../hypervisor/host.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import type { DomainRef } from "../hypervisor/results.js";
import { achieved } from "./facts.js";
import { withImageDates } from "./image-identity.js";
import { describingInputs } from "./import-inputs.js";
import type { SnapshotInputs } from "./inputs.js";
import { readBack } from "./read.js";
import { toState, type SnapshotState } from "./state.js";
import { recordedAs } from "./which-host.js";

/**
 * The state of a snapshot that exists, for a program that is to manage it from now on. `id`: `DOMAIN/SNAPSHOT`, the
 * domain by its name or its UUID. `complete` adds what the snapshot itself cannot say to the inputs that describe it.
 */
export async function importSnapshot(
  host: Host,
  id: string,
  complete: (inputs: SnapshotInputs) => SnapshotInputs,
): Promise<SnapshotState> {
  const [given, name] = partsOf(id);
  const domain = await resolveDomain(host, given);
  const [[document, current], identity] = await expectThere(host, domain, name, () =>
    Promise.all([readBack(host, domain.uuid, name), host.hostIdentity()]),
  );
  const { snapshot } = document;
  const inputs = complete(describingInputs(domain, snapshot));
  const kept = { host: recordedAs(identity, inputs.uri), consistency: achieved(snapshot) };
  const state = toState(inputs, domain, document, current, kept);
  return { ...state, capturedDisks: await withImageDates(host, snapshot, state.capturedDisks) };
}

/** A domain's name may hold a `/`, a snapshot's cannot. */
function partsOf(id: string): [domain: string, snapshot: string] {
  const slash = id.lastIndexOf("/");
  const [domain, snapshot] = [id.slice(0, Math.max(slash, 0)), id.slice(slash + 1)];
  if (domain !== "" && snapshot !== "") return [domain, snapshot];
  throw new VirshError({
    kind: "Invalid",
    tried: `find the snapshot ${quote(id)}`,
    said: "this is not DOMAIN/SNAPSHOT",
    next: 'Write the name or UUID of the domain, a slash, and the name of the snapshot: "debian12/before-upgrade".',
  });
}

/** What `look` gives. Where the domain has no snapshot of that name, the error lists those it has. */
async function expectThere<T>(
  host: Host,
  { uuid, name: domain }: DomainRef,
  name: string,
  look: () => Promise<T>,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const named = error.with({ tried: `read snapshot ${quote(name)} of ${domain}` });
    if (error.kind !== "NotFound") throw named;
    const names = await host.listSnapshots(uuid).catch(() => []);
    throw named.with({
      next: names.length === 0 ? "The domain has no snapshot." : `It has ${quoteAll(names, 10)}.`,
    });
  }
}
