import { isVirshError, VirshError } from "../errors.js";
import { defined } from "./defined.js";
import { parseDocument } from "./document.js";
import type { XmlElement } from "./element.js";

/** Which domain a definition is of. */
export interface DomainIdentity {
  /** `name`, to the letter */
  name: string;
  /** `uuid`, as libvirt writes it; libvirt makes one for a definition without */
  uuid?: string;
}

/** The domain that `xml`, written by a user, defines. Throws an `Invalid` error on what libvirt could not define. */
export function readIdentity(xml: string): DomainIdentity {
  return understood(() => {
    const domain = rootOf(xml);
    const name = domain.requiredText("name");
    const problem = nameProblem(name);
    if (problem !== undefined) throw invalid(`its name ${JSON.stringify(name)} ${problem}`);
    const written = domain.child("uuid")?.text;
    return defined({ name, uuid: written === undefined ? undefined : readUuid(written) });
  });
}

/**
 * `xml` with this UUID; the rest to the letter. Without one libvirt makes a new UUID, and then refuses the definition
 * of a name that it knows.
 */
export function withUuid(xml: string, uuid: string): string {
  const domain = rootOf(xml);
  if (domain.child("uuid") !== undefined) return xml;
  const { end } = domain.requiredChild("name");
  return `${xml.slice(0, end)}<uuid>${uuid}</uuid>${xml.slice(end)}`;
}

function rootOf(xml: string): XmlElement {
  if (xml.trim() === "") throw invalid("it is empty");
  const encoding = /^\s*<\?xml\b[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(xml)?.[1];
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
    throw invalid(`its first line says that it is written in ${encoding}, and it travels in UTF-8`);
  }
  return parseDocument(xml, "domain");
}

/** Why libvirt could not keep a domain of that name; `undefined` when it can. */
function nameProblem(name: string): string | undefined {
  if (/\p{Cc}/u.test(name)) return "holds a line break or another control character";
  if (name.includes("/")) return 'holds "/"';
  // libvirt 9.0 would look for its snapshots in the folder of all domains, or above it.
  return name === "." || name === ".." ? "is that of a folder" : undefined;
}

/** libvirt takes a UUID in either case, with hyphens or without, and blanks around it. */
function readUuid(written: string): string {
  const parts = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(
    written.trim(),
  );
  if (parts === null) throw invalid(`its element <uuid> holds ${JSON.stringify(written)}, which is no UUID`);
  return parts.slice(1).join("-").toLowerCase();
}

const NEXT =
  "Give the text of one <domain>, as `virsh dumpxml --inactive` prints it, not the name of a file that holds it.";

function invalid(said: string): VirshError {
  return new VirshError({ kind: "Invalid", tried: "use xml", said, next: NEXT });
}

/** What the reader of any document says, as a fault of this input. */
function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isVirshError(error, "Unexpected")) throw error;
    throw invalid(error.said);
  }
}
