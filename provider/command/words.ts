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
