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
  const definition = isIgnored("xml", declared.ignored) ? undefined : changeOfDefinition(known, declared);
  const others = domainInputFields.flatMap(({ path }): DomainChange[] => {
    if (path === "xml" || isIgnored(path, declared.ignored)) return [];
    const found = differenceIn(path as Other, known, declared);
    return found === undefined ? [] : [{ path, ...found }];
  });
  if (definition === undefined) return { changes: others, defines: false };
  const { defines, ...change } = definition;
  return { changes: [{ path: "xml", ...change }, ...others], defines };
}

/** `ignoreChanges` may name everything. */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.includes(path) || ignored.includes("*");
}

type Difference = Omit<DomainChange, "path">;
type Other = Exclude<keyof DomainInputs, "xml">;

function differenceIn(path: Other, known: KnownDomain, { before = known, now }: Declared) {
  switch (path) {
    case "running":
    case "autostart":
      return differenceOfHost(known[path], now[path]);
    case "uri":
    case "adopt":
    case "shutdownTimeoutSeconds":
    case "validate":
      return differenceOf(path, before, now);
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

function changeOfDefinition(
  known: KnownDomain,
  { before, now }: Declared,
): (Difference & { defines: boolean }) | undefined {
  if (!isKnown(now.xml)) return { kind: "update", from: "declared", defines: false };
  const { name, uuid = known.uuid } = readIdentity(now.xml);
  if (uuid !== known.uuid) return { kind: "replace", from: "declared", defines: false };
  if (isEdited(known, before?.xml, now.xml)) return { kind: "update", from: "declared", defines: true };
  const defines = hasAnother(known);
  // What someone renamed needs only its name back.
  return defines || name !== known.name ? { kind: "update", from: "host", defines } : undefined;
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
