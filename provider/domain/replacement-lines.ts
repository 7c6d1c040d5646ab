import { declaredDigest, stampOf } from "../definition/stamp.js";
import { quote, quoteAll } from "../errors.js";
import { warning, type Notice } from "../hypervisor/notice.js";
import type { DomainRef } from "../hypervisor/results.js";
import { parseDocument } from "../xml/document.js";
import { asksGuest, isOff } from "./power.js";
import type { DomainFacts } from "./preview-facts.js";

/** A create on a host that already has a domain of that name or UUID. */
export interface PendingCreate {
  xml: string;
  shutdownTimeoutSeconds: number;
}

/**
 * The line about a create where the host already has the domain. The engine does not tell a replacement, before which
 * the old domain is deleted, from another create, which is refused; only a domain with the stamp of this XML is surely
 * the program's own. Pure.
 */
export function replacementLine(existing: DomainRef, create: PendingCreate, facts: DomainFacts): Notice {
  const { name, uuid } = existing;
  const fate = [...power(create, facts), ...nvram(existing, create, facts), ...dependents(facts)];
  const becomes = `it is deleted first: ${fate.join("; ")}. Its disks stay`;
  if (isOwn(create, facts)) return warning(`${name} (${uuid}) is replaced, and ${becomes}.`);
  return warning(
    `The host already has the domain ${quote(name)} (${uuid}). If this create replaces it, ${becomes}. ` +
      "Otherwise the create will be refused: choose another <name>, or set adopt: true to adopt the domain and replace its definition.",
  );
}

function isOwn({ xml }: PendingCreate, { definition }: DomainFacts): boolean {
  return stampOf(parseDocument(definition, "domain"))?.declared === declaredDigest(xml);
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

/** The variables of its firmware. libvirt generates a file for them, unless the XML names one. */
function nvram({ name }: DomainRef, { xml }: PendingCreate, { definition }: DomainFacts): string[] {
  const file = nvramFile(definition);
  if (file === undefined) return [];
  const generated = /\/nvram\/[^/]+$/.test(file) && file.includes(`/${name}_VARS.`);
  return generated && nvramFile(xml) !== file
    ? [`its firmware variables (${file}) are deleted`]
    : [`its firmware variables (${file}) stay`];
}

function nvramFile(xml: string): string | undefined {
  const nvram = parseDocument(xml, "domain").all("os")[0]?.all("nvram")[0];
  const file = nvram?.all("source")[0]?.attribute("file") ?? nvram?.text.trim();
  return file === "" ? undefined : file;
}

function dependents({ snapshots, checkpoints }: DomainFacts): string[] {
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
