/**
 * virsh's standard error, taken apart. It holds three kinds of lines: messages (`error: …`), log lines of the
 * client library, and lines that continue a message (QEMU's own words; the offending XML with a pointer below).
 */
const LOG_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+\d{4}: \d+: (?:debug|info|warning|error) : /;
const MESSAGE = "error: ";

/** libxml's `(domain_snapshot):2: …`: the lines after it are the XML and a pointer, of use to nobody. */
const LIBXML = /^\([a-z_]+\):\d+: /;

/** Longer ones are QEMU's, and tell the important part first. */
const MAX_LENGTH = 2000;

/**
 * The messages, in order, each on one line. The last one is the cause: virsh prints what the command did not
 * manage (`Failed to revert snapshot a`) first, and libvirt's error after it.
 */
export function messages(stderr: string): string[] {
  const found: string[] = [];
  for (const line of stderr.split("\n")) {
    if (LOG_LINE.test(line)) continue;
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

/** What a program said, fit for one line of a message: no control character of a foreign name reaches a terminal. */
export function tidy(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ").trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}
