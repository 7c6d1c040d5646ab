import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { isVirshError, quote, quoteAll, sentences, VirshError } from "../errors.js";
import { act, withTimeLeft, type Change } from "../hypervisor/act.js";
import type { Host, QueryHost } from "../hypervisor/host.js";
import { info } from "../hypervisor/notice.js";
import type { Operation } from "../hypervisor/operation.js";
import { withDescription } from "../xml/snapshot.js";
import { findTarget, readTarget, type Target } from "./identity.js";
import { expectSameDomain } from "./same-domain.js";
import type { LostDefinition, PartialState } from "./state.js";

/**
 * libvirt forgets a snapshot whose changed definition it cannot write to its disk, for instance because that is full.
 * The data stays in the images, and the old definition in libvirt's file, which it reads again when it starts. Until the
 * snapshot is defined again, its definition is kept in the state.
 */

/** The definition of a snapshot as it was before an edit. */
export interface Before {
  xml: string;
  current: boolean;
}

const RESTART =
  "restart libvirt's daemon on the host (virtqemud or libvirtd; domains go on running), which reads its own file of the snapshot again";

/** How libvirt says that it forgot the snapshot. */
const FORGOT = "internal error: unable to save metadata for snapshot ";

/** What became of the snapshot after an edit that failed. */
export type Mended =
  /** It is listed; what to tell. */
  { lost: false; error: VirshError } | { lost: true; error: VirshError; definition: LostDefinition };

/** Looks whether libvirt forgot the snapshot over a failed edit, and if so, defines it again as it was. */
export async function mend(host: Host, target: Target, before: Before, error: VirshError): Promise<Mended> {
  if (!error.said.startsWith(FORGOT)) return { lost: false, error };
  const later = host.afterwards();
  const { domainUuid } = target;
  try {
    if ((await findTarget(later, target, error.tried)) !== undefined) return { lost: false, error };
    await later.redefineSnapshot(domainUuid, before.xml, { current: before.current });
    await readTarget(later, target, error.tried);
    const children = await childrenOf(later, target);
    const said = "libvirt forgot the snapshot over it; it is defined again as it was.";
    return { lost: false, error: error.adding(said, restartFor(children)) };
  } catch (failure) {
    if (!isVirshError(failure)) throw failure;
    const children = await childrenOf(later, target).catch(() => []);
    const packed = pack(before.xml);
    const next = sentences(
      restartFor(children),
      `libvirt forgot the snapshot over it, and it could not be defined again (${failure.said})`,
      "Its data is untouched. Free space on the host where libvirt keeps its files (/var)",
      packed === "" ? undefined : "Then the next update defines the snapshot again",
      `By hand: ${RESTART}, or virsh snapshot-create ${domainUuid} ` +
        `${quote(`/var/lib/libvirt/qemu/snapshot/DOMAIN/${target.name}.xml`)} --redefine${before.current ? " --current" : ""}`,
    );
    return { lost: true, error: error.with({ next }), definition: { packed, current: before.current } };
  }
}

/** libvirt keeps a pointer to the forgotten snapshot in each child; measured: the daemon crashes when it follows one. */
function restartFor(children: readonly string[]): string | undefined {
  if (children.length === 0) return undefined;
  return (
    `${quoteAll(children)} came after it: restart libvirt's daemon before you change or delete ` +
    `${children.length === 1 ? "that" : "those"}, because it may crash until then.`
  );
}

async function childrenOf(host: QueryHost, { domainUuid, name }: Target): Promise<string[]> {
  const names = (await host.listSnapshots(domainUuid)).filter((other) => other !== name);
  const documents = await Promise.all(names.map((other) => host.readSnapshot(domainUuid, other)));
  return documents.filter(({ snapshot }) => snapshot.parent === name).map(({ snapshot }) => snapshot.name);
}

/** More than this does not fit into the header that an incomplete state travels in. */
const MOST_CHARACTERS = 4000;

/** Without the description, which is in the inputs. A state is no place for the passwords of a graphical console. */
function pack(xml: string): string {
  if (/\spasswd=/.test(xml)) return "";
  const packed = brotliCompressSync(withDescription(xml, undefined)).toString("base64");
  return packed.length > MOST_CHARACTERS ? "" : packed;
}

function unpack(packed: string): string | undefined {
  try {
    return packed === "" ? undefined : brotliDecompressSync(Buffer.from(packed, "base64")).toString();
  } catch {
    // Someone edited the state.
    return undefined;
  }
}

/**
 * The state once the snapshot is listed again. Where it is not, it is defined again first. The caller holds the domain's
 * turn.
 */
export async function restoreLost(operation: Operation, state: PartialState): Promise<PartialState> {
  const { lostDefinition, ...found } = state;
  if (lostDefinition === undefined) return state;
  const { host, tell } = operation;
  const { domainUuid, domainName, name } = state;
  const tried = `define snapshot ${quote(name)} of ${domainName} again, which libvirt forgot after a failed edit`;
  if ((await findTarget(host, state, tried)) !== undefined) return found;
  const xml = unpack(lostDefinition.packed);
  if (xml === undefined) throw notKept(tried);
  const change: Change = {
    domainUuid,
    tried,
    confirm: (now) => expectSameDomain(now, { uuid: domainUuid }, state.domain, tried),
    ask: () => host.redefineSnapshot(domainUuid, xml, { current: lostDefinition.current }),
    wasDone: async (later) => (await findTarget(later, state, tried)) !== undefined,
  };
  await act(host, change, tell);
  await readTarget(withTimeLeft(host), state, tried);
  tell(info(`Snapshot ${quote(name)} of ${domainName}, which libvirt had forgotten, is defined again.`));
  return found;
}

function notKept(tried: string): VirshError {
  return new VirshError({
    kind: "NotFound",
    tried,
    said: "the state does not hold its definition, which was too large for it or contains passwords",
    unchanged: true,
    next: `To have libvirt list it again, ${RESTART}.`,
  });
}
