import { createHash } from "node:crypto";

/** What a program asks of its domain. */
export interface Wanted {
  /** The definition, as the program gives it. */
  xml: string;
  running: boolean;
  /** `undefined`: as it is. */
  autostart: boolean | undefined;
  adopt: boolean;
  shutdownTimeoutSeconds: number;
}

/** What is remembered of a domain between operations. */
export interface Defined {
  name: string;
  uuid: string;
  /** Of the definition it was last given: whether another one is asked for. */
  xmlSha256: string;
}

/** Seconds. As long as libvirt's own service waits per guest in most distributions, rounded. */
export const DEFAULT_SHUTDOWN_TIMEOUT_SECONDS = 60;

export function digest(xml: string): string {
  return createHash("sha256").update(xml).digest("hex");
}
