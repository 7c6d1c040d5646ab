import { isVirshError } from "../errors.js";
import type { Notice } from "../hypervisor/notice.js";

/** Prints to standard error, which `@pulumi/command` shows to the user. It has no severity there, so the text says it. */
export function tell(notice: Notice): void {
  console.error(noticeText(notice));
}

export function noticeText({ severity, text }: Notice): string {
  return severity === "warning" ? `warning: ${text}` : text;
}

/** How a user of `@pulumi/command` has a domain replaced; the life cycle puts it into its messages. */
export const HOW_TO_REPLACE = "run pulumi up --replace with its URN";

/** What a failed command prints of its error. */
export function errorText(error: unknown): string {
  if (!isVirshError(error)) return error instanceof Error ? String(error.stack) : String(error);
  if (error.kind !== "Timeout") return error.message;
  // The error's own next step names an input that a Domain does not have, and it knows only the call that failed.
  return error.with({ unchanged: false, next: AFTER_TIMEOUT }).message;
}

const AFTER_TIMEOUT =
  "The host may still be working on it. Look at virsh domstate and virsh domcontrol before you try again.";
