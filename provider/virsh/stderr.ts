/**
 * The messages in virsh's standard error. It contains three kinds of lines: messages (`error: …`), log lines of the
 * client library, and lines that continue a message (QEMU's own text; the faulty XML with a pointer below).
 */
const LOG_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+\d{4}: \d+: (?:debug|info|warning|error) : /;
const MESSAGE = "error: ";

/** Whether the client library wrote the line, not virsh. */
export function isLogLine(line: string): boolean {
  return LOG_LINE.test(line);
}

/**
 * libxml's `(domain_snapshot):2: …`, since libvirt 11 `at line 2: …`: the lines after it repeat the XML with a pointer,
 * and are left out.
 */
export const LIBXML = /^(?:\([a-z_]+\):\d+|at line \d+): /;

/** Longer messages come from QEMU, and start with the important part. */
const MAX_LENGTH = 2000;

/**
 * The messages, in order, each on one line. The last one is the cause: virsh first prints what the command could not do
 * (`Failed to revert snapshot a`), then libvirt's error.
 */
export function messages(stderr: string): string[] {
  const found: string[] = [];
  for (const line of stderr.split("\n")) {
    if (isLogLine(line)) continue;
    if (line.startsWith(MESSAGE)) {
      found.push(line.slice(MESSAGE.length));
      continue;
    }
    const open = found.at(-1);
    if (open !== undefined && line.trim() !== "" && !LIBXML.test(open)) {
      found[found.length - 1] = `${open} ${line}`;
    }
  }
  return found.map(tidy);
}

/** A program's output as one line of a message: no control character in a name reaches a terminal. */
export function tidy(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ").trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}
