import { isVirshError, quote, VirshError } from "../../errors.js";
import { whenFree, type Tell } from "../../hypervisor/wait-until-free.js";
import { deletePhrase, howToDelete } from "./decide.js";
import type { Host, SnapshotDocument } from "../../hypervisor/host.js";
import { removeLeftovers } from "./orphaned-overlays.js";
import { isSame, type PartialState } from "../state.js";
import { mayStillRun, watch, withTimeLeft } from "../../hypervisor/watch.js";

/**
 * Deletes the snapshot that `state` remembers, if it is there and still the same, and proves that it is gone. The caller
 * holds the domain's turn. `false`: libvirt would not, and `mayWait` says that it may after others were deleted.
 */
export async function erase(
  host: Host,
  state: PartialState,
  tell: Tell,
  mayWait: () => boolean = () => false,
): Promise<boolean> {
  const { domainUuid, name } = state;
  const [found, isOff] = await Promise.all([find(host, state), seenOff(host, domainUuid)]);
  if (found === undefined) return true;
  let abandoned = false;
  try {
    const { request, abandons } = await howToDelete(host, state, found.snapshot);
    abandoned = abandons;
    await tellDescendants(host, state, tell);
    await whenFree(host, { domainUuid, isOff, tried: deletePhrase(state) }, tell, () =>
      host.deleteSnapshot(domainUuid, name, request),
    );
  } catch (error) {
    if (!isVirshError(error)) throw error;
    // It may as well be one of those it came after.
    if (error.kind === "NotFound" && (await find(host, state)) === undefined) return true;
    if (!mayStillRun(error) && mayWait()) return false;
    await settle(host, state, error);
  }
  await proveGone(withTimeLeft(host), state);
  await removeMemoryFile(withTimeLeft(host), state, tell);
  await removeLeftovers(withTimeLeft(host), state, found.snapshot, { abandoned, tell });
  return true;
}

async function seenOff(host: Host, domainUuid: string): Promise<boolean> {
  try {
    return (await host.domainState(domainUuid)) === "shut off";
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
    return false;
  }
}

/** Children that go with it are named: not all of them need be this program's. */
async function tellDescendants(host: Host, state: PartialState, tell: Tell): Promise<void> {
  const { deleteScope, domainUuid, domainName, name } = state;
  if (deleteScope !== "children" && deleteScope !== "childrenOnly") return;
  const names = await host.listDescendants(domainUuid, name);
  if (names.length === 0) return;
  tell(
    `With snapshot ${quote(name)} of ${domainName} (deleteScope ${quote(deleteScope)}) go ${names.map(quote).join(", ")}.`,
  );
}

/** Returns once a delete that was cut short is proven to be done; throws otherwise. */
async function settle(host: Host, state: PartialState, error: VirshError): Promise<void> {
  const tried = deletePhrase(state);
  if (!mayStillRun(error)) throw error.with({ tried });
  const outcome = await watch(host, state.domainUuid, (later) => find(later, state));
  if (outcome.ended && outcome.found === undefined) return;
  const said = outcome.ended ? "it is still there" : outcome.said;
  throw error.with({ tried, next: `Afterwards: ${said}. Run pulumi up or pulumi destroy again to finish.` });
}

/** libvirt reports success when it could not remove a part; only another look proves it. */
async function proveGone(host: Host, state: PartialState): Promise<void> {
  const { deleteScope, domainUuid, name } = state;
  const left =
    deleteScope === "childrenOnly"
      ? await host.listDescendants(domainUuid, name)
      : await remains(host, state);
  if (left.length === 0) return;
  throw new VirshError({
    kind: "Unexpected",
    tried: deletePhrase(state),
    said: `libvirt reported success, but ${left.map(quote).join(", ")} ${left.length === 1 ? "is" : "are"} still there`,
    next: `Look at it with virsh snapshot-list ${domainUuid} --tree, and run pulumi up again.`,
  });
}

async function remains(host: Host, state: PartialState): Promise<string[]> {
  return (await find(host, state)) === undefined ? [] : [state.name];
}

/** libvirt before 10 leaves the file with the memory behind. */
async function removeMemoryFile(host: Host, state: PartialState, tell: Tell): Promise<void> {
  const file = state.capturedMemory?.file;
  if (file === undefined || state.deleteScope === "metadata" || state.deleteScope === "childrenOnly") return;
  if (await host.removeFile(file)) return;
  if (!(await host.fileExists(file))) return;
  tell(
    `The memory file ${quote(file)} of the deleted snapshot ${quote(state.name)} is left on the host, and cannot be removed from here.`,
  );
}

/** The snapshot, if it is there and the one that is meant. */
async function find(host: Host, state: PartialState): Promise<SnapshotDocument | undefined> {
  try {
    const document = await host.readSnapshot(state.domainUuid, state.name);
    return isSame(state, document.snapshot) ? document : undefined;
  } catch (error) {
    if (isVirshError(error, "NotFound")) return undefined;
    throw isVirshError(error) ? error.with({ tried: deletePhrase(state) }) : error;
  }
}
