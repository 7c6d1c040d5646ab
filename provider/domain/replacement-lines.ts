import { declaredDigest, stampOf } from "../definition/stamp.js";
import { quote, quoteAll } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { warning, type Notice } from "../hypervisor/notice.js";
import type { DomainRef } from "../hypervisor/results.js";
import { nvramFile } from "../xml/disk-source.js";
import { parseDocument } from "../xml/document.js";
import { lookAt, type DomainFacts } from "./look.js";
import { decideNvram, lookAtNvram, type NvramFacts } from "./nvram.js";
import { asksGuest, isOff } from "./power.js";

/** A create on a host that already has a domain of that name or UUID. */
export interface PendingCreate {
  xml: string;
  shutdownTimeoutSeconds: number;
}

/** What the host knows about a domain that may be replaced. */
export interface ReplacementFacts extends DomainFacts {
  snapshots: readonly string[];
  checkpoints: readonly string[];
  nvram: NvramFacts;
}

export async function lookBeforeReplacement(
  host: QueryHost,
  domain: DomainRef,
  domains: readonly DomainRef[],
): Promise<ReplacementFacts> {
  const [facts, snapshots, checkpoints, nvram] = await Promise.all([
    lookAt(host, domain, { security: false }),
    host.listSnapshots(domain.uuid),
    host.listCheckpoints(domain.uuid),
    lookAtNvram(host, domain, domains),
  ]);
  return { ...facts, snapshots, checkpoints, nvram };
}

/**
 * The line about a create where the host already has the domain. The engine does not tell a replacement, before which
 * the old domain is deleted, from another create, which is refused; only a domain with the stamp of this XML is surely
 * the program's own. Pure.
 */
export function replacementLine(create: PendingCreate, facts: ReplacementFacts): Notice {
  const { name, uuid } = facts.domain;
  const fate = [...power(create, facts), ...nvramFate(create, facts), ...dependents(facts)];
  const becomes = `it is deleted first: ${fate.join("; ")}. Its disks stay`;
  if (isOwn(create, facts)) return warning(`${name} (${uuid}) is replaced, and ${becomes}.`);
  return warning(
    `The host already has the domain ${quote(name)} (${uuid}). If this create replaces it, ${becomes}. ` +
      "Otherwise the create will be refused: choose another <name>, or set adopt: true to adopt the domain and replace its definition.",
  );
}

function isOwn({ xml }: PendingCreate, { xml: host }: DomainFacts): boolean {
  return stampOf(parseDocument(host, "domain"))?.declared === declaredDigest(xml);
}

function power(
  { shutdownTimeoutSeconds: limit }: PendingCreate,
  { state, managedSave }: DomainFacts,
): string[] {
  const saved = managedSave ? ["the memory in its managed-save image is lost"] : [];
  if (isOff(state)) return ["it is off", ...saved];
  if (!asksGuest(state, limit)) return [`it is ${state}, and is stopped as by a power cut`, ...saved];
  return [`it is ${state}, and is shut down, after ${limit} s as by a power cut`, ...saved];
}

/** The XML that the old domain was made of is not known here; the file is kept in any case if the new one names it. */
function nvramFate({ xml }: PendingCreate, { domain, nvram }: ReplacementFacts): string[] {
  const { file } = nvram;
  if (file === undefined) return [];
  const isDeclared = nvramFile(parseDocument(xml, "domain")) === file;
  const { deleted } = decideNvram({ name: domain.name, ...(isDeclared ? { nvram: "declared" } : {}) }, nvram);
  return [`its NVRAM, ${file}, is ${deleted ? "deleted" : "kept"}`];
}

function dependents({ snapshots, checkpoints }: ReplacementFacts): string[] {
  const all = [
    ...(snapshots.length === 0 ? [] : [`snapshots (${quoteAll(snapshots, SHOWN)})`]),
    ...(checkpoints.length === 0 ? [] : [`checkpoints (${quoteAll(checkpoints, SHOWN)})`]),
  ];
  if (all.length === 0) return [];
  return [
    `it has ${all.join(" and ")}: those of this program are lost with it, and if there are others, nothing is done`,
  ];
}

const SHOWN = 10;
