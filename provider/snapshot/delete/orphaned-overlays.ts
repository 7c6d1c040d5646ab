import { isVirshError, quote } from "../../errors.js";
import type { Host } from "../../hypervisor/host.js";
import { warning, type Tell } from "../../hypervisor/notice.js";
import type { SnapshotXml } from "../../xml/snapshot.js";
import { scopeOf } from "../delete-scope.js";
import { whyNeeded } from "../image-uses.js";
import { overlaysOf } from "../overlays.js";
import type { PartialState } from "../state.js";

/**
 * libvirt deletes the overlay of an external snapshot if the domain runs on it. Once the domain has gone back to an
 * internal snapshot it does not, and nothing uses the overlay any more. It is removed here if it is proven that nothing
 * needs it; otherwise a line says that it stays, and why. Costs no call where there is no overlay.
 */
export async function removeOrphanedOverlays(
  host: Host,
  state: PartialState,
  deleted: SnapshotXml,
  { abandoned, tell }: { abandoned: boolean; tell: Tell },
): Promise<void> {
  const { data, itself } = scopeOf(state);
  if (!data || !itself) return;
  const { began, reverted } = overlaysOf(deleted);
  // A block device was there before.
  for (const { source: file } of [...began, ...reverted].filter(({ type }) => type === "file")) {
    const why = await removeUnneeded(host, state, file, abandoned);
    if (why === undefined) continue;
    tell(
      warning(
        `The overlay ${quote(file)} of the deleted snapshot ${quote(state.name)} of ${state.domainName} is left on the host: ${why}.`,
      ),
    );
  }
}

/** `undefined` once the file is gone; otherwise why it stays. The snapshot is deleted, so this no longer fails. */
async function removeUnneeded(
  host: Host,
  state: PartialState,
  file: string,
  abandoned: boolean,
): Promise<string | undefined> {
  try {
    if (!(await host.fileExists(file))) return undefined;
    if (state.reuseExternal === true) return "it was there before the snapshot (reuseExternal)";
    if (!abandoned) return `it may hold what ${state.domainName} wrote last`;
    const [real] = (await host.imageFiles(file)) ?? [];
    if (real === undefined) return "it cannot be removed from here";
    const needed = await whyNeeded(host, { uuid: state.domainUuid, name: state.domainName }, [file, real]);
    if (needed !== undefined) return needed;
    return (await host.removeFile(file)) && !(await host.fileExists(file))
      ? undefined
      : "it cannot be removed from here";
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return `whether anything needs it could not be seen (${error.said})`;
  }
}
