import { isVirshError, quote, type VirshError } from "../../errors.js";
import { mayStillRun, withTimeLeft } from "../../hypervisor/act.js";
import type { Host } from "../../hypervisor/host.js";
import { info, warning, type Tell } from "../../hypervisor/notice.js";
import type { Operation } from "../../hypervisor/operation.js";
import { scopeOf } from "../delete-scope.js";
import { toRfc3339 } from "../facts.js";
import { findTarget, whenTaken } from "../identity.js";
import { FORGET, overlayGone, overwrittenImages } from "../image-dependencies.js";
import type { PartialState } from "../state.js";
import { deleteSnapshot } from "./act.js";
import { decideDelete } from "./decide.js";
import { deletePhrase, lookBeforeDelete, type DeleteFacts } from "./look.js";
import { removeOrphanedOverlays } from "./orphaned-overlays.js";
import { proveDeleted } from "./prove.js";

/**
 * Deletes the snapshot that `state` remembers, if it exists and is still the same, and proves that it is gone. The caller
 * holds the domain's turn. `false`: libvirt refused, and `mayWait` says that it may not once others are deleted.
 */
export async function deleteOne(
  operation: Operation,
  state: PartialState,
  mayWait: () => boolean = () => false,
): Promise<boolean> {
  const { host, tell } = operation;
  const facts = await lookUnlessGone(host, state);
  if (facts === undefined) return leftAlone(operation, state);
  const decision = decideDelete(state, facts);
  try {
    if (decision.refusal !== undefined) throw decision.refusal;
    decision.notices.forEach(tell);
    await deleteSnapshot(operation, state, facts, decision);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    if (await isGone(host, state, error)) return leftAlone(operation, state);
    if (!mayStillRun(error) && mayWait()) return false;
    throw (await explained(host, state, facts, error)).with({ tried: deletePhrase(state) });
  }
  await proveDeleted(withTimeLeft(host), state);
  await removeMemoryFile(withTimeLeft(host), state, tell);
  const { snapshot } = facts.document;
  await removeOrphanedOverlays(withTimeLeft(host), state, snapshot, { abandoned: decision.abandons, tell });
  return true;
}

/** There is nothing to delete. If another snapshot has the name, the reader has to know why it is still listed. */
async function leftAlone({ host, tell }: Operation, state: PartialState): Promise<true> {
  const { domainUuid, domainName, name } = state;
  try {
    const { snapshot } = await withTimeLeft(host).readSnapshot(domainUuid, name);
    tell(
      info(
        `Snapshot ${quote(name)} of ${domainName}, ${whenTaken(state)}, is gone. Another one has its name, ` +
          `taken ${toRfc3339(snapshot.creationTime)}, and is left alone.`,
      ),
    );
  } catch (error) {
    if (!isVirshError(error)) throw error;
  }
  return true;
}

/** libvirt only says what it misses in the backing chain. */
async function explained(
  host: Host,
  state: PartialState,
  { document: { snapshot }, external }: DeleteFacts,
  error: VirshError,
): Promise<VirshError> {
  if (
    external === undefined ||
    !/could not find base disk source|failed to find parent disk source/.test(error.said)
  )
    return error;
  const images = await overwrittenImages(withTimeLeft(host), snapshot, external.now);
  return images.length === 0
    ? error
    : error.with({ next: `${overlayGone(state, snapshot, images)} ${FORGET}` });
}

async function lookUnlessGone(host: Host, state: PartialState): Promise<DeleteFacts | undefined> {
  try {
    return await lookBeforeDelete(host, state);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    if (await isGone(host, state, error)) return undefined;
    throw error.with({ tried: deletePhrase(state) });
  }
}

/** What was not found may as well be a snapshot that it came after. */
async function isGone(host: Host, state: PartialState, { kind }: VirshError): Promise<boolean> {
  return kind === "NotFound" && (await findTarget(host, state, deletePhrase(state))) === undefined;
}

/** libvirt before 10 leaves the file with the memory behind. */
async function removeMemoryFile(host: Host, state: PartialState, tell: Tell): Promise<void> {
  const file = state.capturedMemory?.file;
  const { data, itself } = scopeOf(state);
  if (file === undefined || !data || !itself) return;
  if (await host.removeFile(file)) return;
  if (!(await host.fileExists(file))) return;
  tell(
    warning(
      `The memory file ${quote(file)} of the deleted snapshot ${quote(state.name)} is left on the host, and cannot be removed from here.`,
    ),
  );
}
