import { isVirshError } from "../errors.js";
import { parseDocument } from "./document.js";

/** libvirt gives these attributes a few fixed values, which are also words of its messages. */
const FIXED = ["type", "device", "bus"];

/**
 * `message` without any value of a definition that is a secret: libvirt quotes what it does not accept. The name and the
 * UUID of the domain stay; every message says them.
 */
export function withoutValues(message: string, xml: string): string {
  return valuesOf(xml).reduce((text, value) => text.replaceAll(occurrences(value), "…"), message);
}

/** Long ones first: a value may be a part of another. */
function valuesOf(xml: string): string[] {
  try {
    const domain = parseDocument(xml, "domain");
    const known = [...domain.all("name"), ...domain.all("uuid")].map(({ text }) => text.trim());
    const values = domain.values(FIXED).map((value) => value.trim());
    return [...new Set(values)]
      .filter((value) => value !== "" && !known.includes(value))
      .sort((one, other) => other.length - one.length);
  } catch (error) {
    // What is no domain is not passed to libvirt, and the error about it quotes nothing.
    if (isVirshError(error)) return [];
    throw error;
  }
}

/** A short value is also a part of many messages, so only a quoted one counts. */
function occurrences(value: string): RegExp {
  const text = value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return value.length < 3
    ? new RegExp(`(?<=['"])${text}(?=['"])`, "gu")
    : new RegExp(String.raw`(?<![\p{L}\p{N}_])${text}(?![\p{L}\p{N}_])`, "gu");
}
