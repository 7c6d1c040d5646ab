import { changesMeaning } from "../definition/changes.js";
import { definitionDigest } from "../definition/flat.js";
import { declaredDigest } from "../definition/stamp.js";
import { isKnown } from "../schema/unknown.js";
import { readIdentity } from "../xml/definition.js";
import { parseDocument } from "../xml/document.js";
import { domainInputFields, type DomainInputs } from "./inputs.js";
import type { KnownDomain } from "./known.js";

/** One input that differs. */
export interface DomainChange {
  path: string;
  /** `replace`: needs another domain. */
  kind: "update" | "replace";
  /** What the input differs from: from what the program declared before, or from what the host has. */
  from: "declared" | "host";
}

export interface DomainDiff {
  changes: readonly DomainChange[];
  /** Whether the declared XML is to be applied. */
  defines: boolean;
}

/** What a program declared before and declares now. */
export interface Declared {
  /** The inputs of the last update; an older engine does not say them. */
  before: DomainInputs | undefined;
  now: DomainInputs;
  /** The inputs whose changes the program has ignored (`ignoreChanges`). */
  ignored: readonly string[];
}

/**
 * What a change from a known domain to declared inputs means. Pure. A domain that someone else changed differs as well:
 * what the state says of `xml`, `running` and `autostart` is what the host has.
 */
export function diffDomain(known: KnownDomain, declared: Declared): DomainDiff {
  const changes = domainInputFields.flatMap(({ path }): DomainChange[] => {
    if (isIgnored(path, declared.ignored)) return [];
    const found = differenceIn(path as keyof DomainInputs, known, declared);
    return found === undefined ? [] : [{ path, ...found }];
  });
  const isUpdate = changes.some(({ path, kind }) => path === "xml" && kind === "update");
  return { changes, defines: isUpdate && isKnown(declared.now.xml) && needsDefine(known, declared) };
}

/** Not for what only has another name again, because someone renamed it. */
function needsDefine(known: KnownDomain, { before, now }: Declared): boolean {
  return isEdited(known, before?.xml, now.xml) || hasAnother(known);
}

/** `ignoreChanges` may name everything. */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.includes(path) || ignored.includes("*");
}

type Difference = Omit<DomainChange, "path">;

function differenceIn(
  path: keyof DomainInputs,
  known: KnownDomain,
  declared: Declared,
): Difference | undefined {
  switch (path) {
    case "xml":
      return differenceOfXml(known, declared);
    case "running":
    case "autostart":
      return differenceOfHost(known[path], declared.now[path]);
    case "uri":
    case "adopt":
    case "shutdownTimeoutSeconds":
    case "validate":
      return differenceOf(path, declared.before ?? known, declared.now);
  }
}

function differenceOf(
  path: keyof DomainInputs,
  before: DomainInputs,
  now: DomainInputs,
): Difference | undefined {
  const byDefault = domainInputFields.find((field) => field.path === path)?.facts.default;
  const isSame = (before[path] ?? byDefault) === (now[path] ?? byDefault);
  return isSame ? undefined : { kind: "update", from: "declared" };
}

/** Without a declaration it stays as it is. */
function differenceOfHost(host: boolean | undefined, now: boolean | undefined): Difference | undefined {
  return now === undefined || now === host ? undefined : { kind: "update", from: "host" };
}

function differenceOfXml(known: KnownDomain, { before, now }: Declared): Difference | undefined {
  if (!isKnown(now.xml)) return { kind: "update", from: "declared" };
  const { name, uuid = known.uuid } = readIdentity(now.xml);
  if (uuid !== known.uuid) return { kind: "replace", from: "declared" };
  if (isEdited(known, before?.xml, now.xml)) return { kind: "update", from: "declared" };
  return name !== known.name || hasAnother(known) ? { kind: "update", from: "host" } : undefined;
}

/** Whether the host has another definition than libvirt made of the declared one. */
export function hasAnother({
  persistent,
  xml,
  applied,
}: Pick<KnownDomain, "persistent" | "xml" | "applied">) {
  return !persistent || definitionDigest(parseDocument(xml, "domain")) !== applied.made;
}

function isEdited(known: KnownDomain, before: string | undefined, now: string): boolean {
  if (before === now) return false;
  if (before === undefined) return declaredDigest(now) !== known.applied.declared;
  const [old, after, host] = [before, now, known.xml].map((text) => parseDocument(text, "domain"));
  return old !== undefined && after !== undefined && host !== undefined
    ? changesMeaning({ before: old, after, host })
    : true;
}
