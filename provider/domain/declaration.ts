import { createHash } from "node:crypto";
import type { DomainRef, DomainState } from "../hypervisor/results.js";
import { diskSources, nvramFile } from "../xml/disk-source.js";
import { parseDocument } from "../xml/document.js";

/** What a program declares of a domain. */
export interface DomainDeclaration {
  /** The definition, exactly as the program gives it. */
  xml: string;
  running: boolean;
  /** `undefined` leaves it as it is on the host. */
  autostart: boolean | undefined;
  adopt: boolean;
  /** Whether libvirt checks the XML against its schema first. */
  validate: boolean;
  shutdownTimeoutSeconds: number;
}

/** What is recorded about a domain between operations. */
export interface RecordedDomain extends Declared, Partial<Observed> {
  name: string;
  uuid: string;
  /** Digest of the definition that was applied last. */
  xmlSha256: string;
}

/** What the declared XML says, and a later operation has to know. Earlier versions did not record it. */
interface Declared {
  /** Whose file the firmware's variables are in: one that the XML names, or the one that libvirt generates. */
  nvram?: "declared" | "generated" | undefined;
  /** The source of each disk, by its target. */
  disks?: Readonly<Record<string, string>> | undefined;
}

/** What the host said of the domain at the end. */
export interface Observed {
  state: DomainState;
  running: boolean;
  autostart: boolean;
  persistent: boolean;
}

/** Seconds. As long as libvirt's own service waits per guest in most distributions, rounded. */
export const DEFAULT_SHUTDOWN_TIMEOUT_SECONDS = 60;

/** What to record once `xml` is applied to `domain`. */
export function recordOf({ name, uuid }: DomainRef, xml: string): RecordedDomain {
  const domain = parseDocument(xml, "domain");
  const disks = diskSources(domain).map(({ target, source }): [string, string] => [target, source]);
  return {
    name,
    uuid,
    xmlSha256: digest(xml),
    nvram: nvramFile(domain) === undefined ? "generated" : "declared",
    disks: Object.fromEntries(disks),
  };
}

export function digest(xml: string): string {
  return createHash("sha256").update(xml).digest("hex");
}
