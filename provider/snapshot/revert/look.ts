import { quote } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { DomainXml } from "../../xml/domain.js";
import { definitionDifferences } from "../../definition/differences.js";
import { definitionFacts } from "../../definition/facts.js";
import { parseDocument } from "../../xml/document.js";
import { definitionOf, type SnapshotXml } from "../../xml/snapshot.js";
import { readTarget } from "../identity.js";
import { imagesWithoutData } from "../image-tags.js";
import { overwrittenImages, snapshotsLostBy } from "../image-dependencies.js";
import type { SafetySnapshot } from "../outputs.js";
import type { Revert } from "../plan.js";
import { onItsHost } from "../which-host.js";
import { expectSameDomain } from "../same-domain.js";
import { completeSafety } from "./attempts.js";
import { doomedOverlays, type DoomedOverlays } from "./overlays.js";

/** What is known of host, domain and snapshot before a revert. */
export interface RevertFacts {
  now: DomainXml;
  snapshot: SnapshotXml;
  /** What becomes of the domain's persistent definition, each as a clause. */
  differences: readonly string[];
  managedSave: boolean;
  /** The name of the current snapshot. */
  current: string | undefined;
  /** The daemon's version. */
  version: string;
  /** Images that should hold the snapshot's data, and provably do not. */
  imagesWithout: readonly string[];
  /** What libvirt deletes with the revert. */
  overlays?: DoomedOverlays | undefined;
  /** The safety snapshot of a failed attempt that holds everything since the target. */
  complete?: SafetySnapshot | undefined;
  /** Other snapshots that are lost with the revert. */
  lostSnapshots?: readonly string[];
  /** Images that the snapshot depends on and that the domain has written to since. */
  overwritten?: readonly string[];
}

export function revertPhrase({ domainName, target }: Revert): string {
  return `revert ${domainName} to snapshot ${quote(target.name)}`;
}

/** Reads what a revert depends on. */
export async function lookBeforeRevert(host: QueryHost, step: Revert): Promise<RevertFacts> {
  const { domainUuid } = step.target;
  const looking = Promise.all([
    readTarget(host, step.target, revertPhrase(step)),
    host.domainXml(domainUuid),
    host.definitionXml(domainUuid, { inactive: true }),
    host.listManagedSaves(),
    host.currentSnapshot(domainUuid),
    host.daemonVersion(),
    expectSameDomain(host, { uuid: domainUuid }, step.domain, revertPhrase(step)),
  ]);
  const [{ snapshot, xml }, now, definition, saves, current, version] = await onItsHost(
    host,
    step.target,
    revertPhrase(step),
    looking,
  );
  const [imagesWithout, overlays, lostSnapshots, overwritten, complete] = await Promise.all([
    imagesWithoutData(host, { domainUuid, tried: revertPhrase(step) }, snapshot, now),
    doomedOverlays(host, domainUuid, snapshot, current),
    snapshotsLostBy(host, domainUuid, snapshot, now),
    overwrittenImages(host, snapshot, now),
    completeSafety(host, step, now, current),
  ]);
  const managedSave = saves.includes(domainUuid);
  return {
    now,
    snapshot,
    differences: restoredBy(xml, definition),
    managedSave,
    current,
    version,
    imagesWithout,
    overlays,
    lostSnapshots,
    overwritten,
    complete,
  };
}

/** What a revert makes of the definition. A snapshot may not hold one. */
function restoredBy(snapshotXml: string, definitionXml: string): string[] {
  const then = definitionOf(snapshotXml);
  const now = parseDocument(definitionXml, "domain");
  return then === undefined ? [] : definitionDifferences(definitionFacts(now), definitionFacts(then));
}
