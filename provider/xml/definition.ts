import { isVirshError, quote, VirshError } from "../errors.js";
import { defined } from "./defined.js";
import { parseDocument } from "./document.js";
import type { XmlElement } from "./element.js";

/** The domain that a definition describes. */
export interface DomainIdentity {
  /** `name`, unchanged */
  name: string;
  /** `uuid`, as libvirt writes it. libvirt generates one for a definition without it. */
  uuid?: string;
}

/** The domain that a user's `xml` defines. Throws an `Invalid` error if libvirt could not define it. */
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
 * `xml` with this UUID, otherwise unchanged. Without a UUID, libvirt generates a new one, and then refuses the
 * definition if it already has a domain of that name.
 */
export function withUuid(xml: string, uuid: string): string {
  const domain = rootOf(xml);
  if (domain.child("uuid") !== undefined) return xml;
  const { end } = domain.requiredChild("name");
  return `${xml.slice(0, end)}<uuid>${uuid}</uuid>${xml.slice(end)}`;
}

/**
 * Refuses XML that no libvirt would define, whatever the host can do. Not part of `readIdentity`: a domain that exists
 * keeps its name whatever else its XML lacks.
 */
export function refuseUndefinable(xml: string): void {
  const domain = understood(() => rootOf(xml));
  const [first] = LACKS.filter(({ lacks }) => lacks(domain));
  if (first !== undefined) throw invalid(first.said, first.next);
}

interface Lack {
  lacks: (domain: XmlElement) => boolean;
  said: string;
  next: string;
}

/** libvirt's XML parser goes no deeper. */
const DEEPEST = 256;

const LACKS: readonly Lack[] = [
  {
    lacks: (domain) => (domain.attribute("type") ?? "") === "",
    said: "its <domain> has no type",
    next: 'Write <domain type="kvm">, or type="qemu" for a host without KVM.',
  },
  {
    lacks: (domain) =>
      domain.child("os")?.child("type") === undefined && domain.child("bootloader") === undefined,
    said: "it has no <type> in <os>",
    next: "Add what the domain boots, for example <os><type>hvm</type></os>.",
  },
  {
    lacks: (domain) => !/[1-9]/.test(domain.child("memory")?.text ?? "") && !hasNumaCells(domain),
    said: "it gives the domain no memory",
    next: 'Add its size, for example <memory unit="MiB">1024</memory>.',
  },
  {
    lacks: (domain) => domain.depth > DEEPEST,
    said: `its elements are nested more than ${DEEPEST} levels deep`,
    next: "libvirt reads no deeper: make the nesting flatter.",
  },
];

function hasNumaCells(domain: XmlElement): boolean {
  return domain.child("cpu")?.child("numa")?.child("cell") !== undefined;
}

function rootOf(xml: string): XmlElement {
  if (xml.trim() === "") throw invalid("it is empty");
  const encoding = /^\s*<\?xml\b[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(xml)?.[1];
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
    throw invalid(`its first line declares the encoding ${encoding}, but it is sent as UTF-8`);
  }
  const domain = parseDocument(xml, "domain");
  const namespace = domain.attribute("xmlns");
  if (namespace !== undefined) {
    throw invalid(
      `it puts its elements into the namespace ${quote(namespace)}, where libvirt looks for none`,
      'Remove xmlns="…" from <domain>. A namespace with a prefix, such as xmlns:qemu, can stay.',
    );
  }
  return domain;
}

/** Bytes: most file systems take 255, and libvirt first writes NAME.xml.new. */
const LONGEST_NAME = 247;

/** Why libvirt cannot have a domain of that name; `undefined` if it can. */
function nameProblem(name: string): string | undefined {
  if (/\p{Cc}/u.test(name)) return "contains a line break or another control character";
  if (name.includes("/")) return 'contains "/"';
  const bytes = Buffer.byteLength(name);
  if (bytes > LONGEST_NAME) {
    return `has ${bytes} bytes; libvirt keeps the definition in a file of that name, which can have ${LONGEST_NAME}`;
  }
  // libvirt 9.0 would look for its snapshots in the folder of all domains, or in its parent folder.
  return name === "." || name === ".." ? "is the name of a folder" : undefined;
}

/** libvirt accepts a UUID in upper or lower case, with or without hyphens, and with blanks around it. */
function readUuid(written: string): string {
  const parts = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(
    written.trim(),
  );
  if (parts === null)
    throw invalid(`its element <uuid> contains ${JSON.stringify(written)}, which is not a UUID`);
  return parts.slice(1).join("-").toLowerCase();
}

const NEXT =
  "Give the text of one <domain>, as `virsh dumpxml --inactive` prints it, not the name of a file.";

function invalid(said: string, next = NEXT): VirshError {
  return new VirshError({ kind: "Invalid", tried: "use xml", said, next });
}

/** Turns an error about a document into an error about this input. */
function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isVirshError(error, "Unexpected")) throw error;
    throw invalid(error.said);
  }
}
