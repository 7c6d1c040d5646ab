import { randomUUID } from "node:crypto";
import { declaredDigest, madeDigest, STAMP, stampElement, stampOf, withStamp } from "../definition/stamp.js";
import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { Tell } from "../hypervisor/notice.js";
import { withUuid } from "../xml/definition.js";
import { parseDocument } from "../xml/document.js";
import { attempt } from "./attempt.js";
import type { DomainDeclaration } from "./declaration.js";
import { startOrStop } from "./power.js";

/** A definition that is about to be given to a domain. */
export interface Definition {
  /** The XML as the program declares it. */
  declared: string;
  /** The same, with what the domain keeps. */
  xml: string;
  validate: boolean;
  verb: "define" | "redefine";
}

/** A definition that libvirt made, and how it is known again. */
export interface Made {
  id: string;
  xml: string;
}

/**
 * Gives `domain` its definition, and reads it back. The UUID goes into the XML, so libvirt refuses a domain that took
 * the name since. `begun` is called once libvirt has it.
 */
export async function define(
  host: DomainHost,
  { name, uuid }: DomainRef,
  { declared, xml, validate, verb }: Definition,
  begun: (id: string) => void,
): Promise<Made> {
  const tried = `${verb} domain ${quote(name)}`;
  const stamp = { id: randomUUID(), declared: declaredDigest(declared) };
  const given = withUuid(xml, uuid);
  begun(stamp.id);
  await attempt(tried, () => host.defineDomain(withStamp(given, stamp), { validate }));
  const text = await attempt(tried, () => host.definitionXml(uuid, { inactive: true }));
  const domain = parseDocument(text, "domain");
  const { id = stamp.id } = stampOf(domain) ?? {};
  if (id !== stamp.id) throw definedByOther(tried, name);
  const complete = { ...stamp, made: madeDigest(domain) };
  try {
    await host.setMetadata(uuid, { uri: STAMP.uri, key: STAMP.key, element: stampElement(complete) });
  } catch (error) {
    if (!isVirshError(error, "Unsupported")) throw isVirshError(error) ? error.with({ tried }) : error;
    await attempt(tried, () => host.defineDomain(withStamp(given, complete), { validate }));
  }
  return { id: stamp.id, xml: text };
}

function definedByOther(tried: string, name: string): VirshError {
  return new VirshError({
    kind: "Conflict",
    tried,
    said: `someone else defined ${quote(name)} at the same moment`,
    next: "Find out who else manages this domain, then update it: an update compares the domain with its declaration.",
  });
}

/** Applies everything that a declaration holds beside the XML. */
export async function applySettings(
  host: DomainHost,
  domain: DomainRef,
  declared: DomainDeclaration,
  tell: Tell,
): Promise<void> {
  if (declared.autostart !== undefined) await host.setAutostart(domain.uuid, declared.autostart);
  await startOrStop(host, domain, declared, tell);
}

/** Undefines `domain`. `nvram`: deletes the variables of its firmware, too. */
export async function undefine(
  host: DomainHost,
  { name, uuid }: DomainRef,
  options: { nvram: boolean },
): Promise<void> {
  await attempt(`undefine domain ${quote(name)}`, () => host.undefineDomain(uuid, options));
}
