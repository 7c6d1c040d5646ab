import { createHash } from "node:crypto";
import type { DomainRef } from "../hypervisor/results.js";

/** What a program declares of a domain. */
export interface DomainDeclaration {
  /** The definition, exactly as the program gives it. */
  xml: string;
  running: boolean;
  /** `undefined` leaves it as it is on the host. */
  autostart: boolean | undefined;
  adopt: boolean;
  shutdownTimeoutSeconds: number;
}

/** What is recorded about a domain between operations. */
export interface RecordedDomain {
  name: string;
  uuid: string;
  /** Digest of the definition that was applied last. */
  xmlSha256: string;
}

/** Seconds. As long as libvirt's own service waits per guest in most distributions, rounded. */
export const DEFAULT_SHUTDOWN_TIMEOUT_SECONDS = 60;

/** What to record once `xml` is applied to `domain`. */
export function recordOf({ name, uuid }: DomainRef, xml: string): RecordedDomain {
  return { name, uuid, xmlSha256: digest(xml) };
}

export function digest(xml: string): string {
  return createHash("sha256").update(xml).digest("hex");
}
