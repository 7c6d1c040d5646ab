/** Which texts libvirt can carry: measured limits, told before anything is touched. */

/** Bytes of UTF-8. Above it libvirt 9 fails to save the metadata and leaves an orphan in the image. */
export const MAX_NAME_BYTES = 247;

/** Bytes of UTF-8. Linux refuses a single argument of 128 KiB; the margin is for `--description=`. */
const MAX_DESCRIPTION_BYTES = 120_000;

/** Why `name` cannot name a snapshot, and what would do; `undefined` when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "")
    return "a snapshot needs a name. Give one, or leave the property out to use the resource's name";
  if (!name.isWellFormed())
    return "it holds half a surrogate pair, which UTF-8 cannot carry. Remove that character";
  if (name.includes("\n")) return "it holds a line break, and virsh lists one name a line. Use one line";
  if (hasControlCharacter(name))
    return "it holds a control character, which libvirt drops silently. Remove it";
  if (name.includes("/"))
    return `it holds "/", which libvirt refuses. Use another character, for instance ${suggestion(name)}`;
  if (name.startsWith("."))
    return `it starts with ".", which libvirt refuses. Start with another character, for instance ${suggestion(name)}`;
  const bytes = Buffer.byteLength(name, "utf8");
  if (bytes > MAX_NAME_BYTES) {
    return `it takes ${bytes} bytes of UTF-8; libvirt can save ${MAX_NAME_BYTES}. Shorten it`;
  }
  return undefined;
}

/** Why XML cannot carry `description`; `undefined` when it can. */
export function descriptionProblem(description: string): string | undefined {
  if (!description.isWellFormed())
    return "it holds half a surrogate pair, which UTF-8 cannot carry. Remove that character";
  if (hasForbiddenXmlCharacter(description))
    return "it holds a control character that XML cannot carry. Remove it";
  const bytes = Buffer.byteLength(description, "utf8");
  if (bytes > MAX_DESCRIPTION_BYTES) {
    return `it takes ${bytes} bytes of UTF-8; ${MAX_DESCRIPTION_BYTES} fit into a command line. Shorten it`;
  }
  return undefined;
}

/** Why `domain` names no domain; `undefined` when it may. */
export function domainProblem(domain: string): string | undefined {
  if (domain === "") return "a snapshot needs a domain. Give the domain's name or UUID";
  return /[\n\0]/.test(domain) ? "no domain can have such a name. Give the domain's name or UUID" : undefined;
}

/** Why `path` is no place for a file on the host; `undefined` when it may be. */
export function pathProblem(path: string): string | undefined {
  if (!path.isWellFormed() || /\p{Cc}/u.test(path))
    return "it holds a character that cannot be in a path here. Remove it";
  return path.startsWith("/") ? undefined : "a file on the host needs an absolute path. Start it with /";
}

/** libvirt reads `\r` back as `\n`: written the way it will be read, a description does not differ from itself. */
export function normalLineEnds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

function suggestion(name: string): string {
  return JSON.stringify(name.replace(/^\.+/, "").replaceAll("/", "-") || "checkpoint");
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function hasForbiddenXmlCharacter(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- these very characters are what XML 1.0 excludes
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text);
}
