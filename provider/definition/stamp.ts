import { createHash } from "node:crypto";
import { parseDocument } from "../xml/document.js";
import type { XmlElement } from "../xml/element.js";
import { definitionFacts } from "./facts.js";

/**
 * The stamp in a domain's `<metadata>`: which declaration its definition was made from. A snapshot records the stamp of
 * its time together with the definition, and a revert brings both back.
 */
export interface Stamp {
  /** New with each define. */
  id: string;
  /** Digest of the declared XML, without its passwords. */
  declared: string;
  /** Digest of the facts of what libvirt made of it; missing until it was read back. */
  made?: string | undefined;
}

export const STAMP = {
  key: "virsh",
  uri: "urn:pulumi-virsh:definition",
} as const;

/** The stamp of a domain, if it has one. */
export function stampOf(domain: XmlElement): Stamp | undefined {
  const element = stampsIn(domain)[0];
  const [id, declared] = [element?.attribute("id"), element?.attribute("declared")];
  if (id === undefined || declared === undefined) return undefined;
  return { id, declared, made: element?.attribute("made") };
}

/** The element of a stamp without its namespace, as `virsh metadata` takes it. */
export function stampElement({ id, declared, made }: Stamp): string {
  const written = made === undefined ? "" : ` made="${made}"`;
  return `<definition declared="${declared}"${written} id="${id}"/>`;
}

/** `xml` with this stamp in place of any that it contains; otherwise unchanged. */
export function withStamp(xml: string, stamp: Stamp): string {
  const element = stampElement(stamp).replace(
    "<definition",
    `<${STAMP.key}:definition xmlns:${STAMP.key}="${STAMP.uri}"`,
  );
  const bare = withoutStamps(xml);
  const domain = parseDocument(bare, "domain");
  const metadata = domain.child("metadata");
  if (metadata === undefined) {
    const { end } = domain.requiredChild("name");
    return `${bare.slice(0, end)}<metadata>${element}</metadata>${bare.slice(end)}`;
  }
  const { start, end } = metadata;
  const own = bare.slice(start, end);
  const filled = own.endsWith("/>")
    ? `${own.slice(0, -2)}>${element}</metadata>`
    : own.replace(/<\/metadata\s*>$/, (close) => element + close);
  return bare.slice(0, start) + filled + bare.slice(end);
}

/** `xml` without any stamp. */
export function withoutStamps(xml: string): string {
  const [stamp] = stampsIn(parseDocument(xml, "domain"));
  if (stamp === undefined) return xml;
  return withoutStamps(xml.slice(0, stamp.start) + xml.slice(stamp.end));
}

function stampsIn(domain: XmlElement): XmlElement[] {
  return domain.child("metadata")?.children.filter(isStamp) ?? [];
}

/** libvirt keeps the prefix with which a stamp was written. */
export function isStamp(element: XmlElement): boolean {
  return element.name === `${STAMP.key}:definition` && element.attribute(`xmlns:${STAMP.key}`) === STAMP.uri;
}

/** Digest of a declared XML. Anybody who may look at the domain may read it, so no password is part of it. */
export function declaredDigest(xml: string): string {
  const blanked = withoutStamps(xml)
    .replace(/(\spasswd\s*=\s*)(?:"[^"]*"|'[^']*')/g, '$1""')
    .replace(/(<cookie\b[^>]*>)[^<]*/g, "$1");
  return sha256(blanked);
}

/** Another set of facts has other digests, which must not pass for a change on the host. */
const FACTS_VERSION = "1";

/** Digest of the facts of a definition that libvirt made. */
export function madeDigest(domain: XmlElement): string {
  return `${FACTS_VERSION}:${sha256(JSON.stringify([...definitionFacts(domain)]))}`;
}

/** Whether two digests are of the same set of facts. */
export function isComparable(made: string, other: string): boolean {
  return made.split(":")[0] === other.split(":")[0];
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
