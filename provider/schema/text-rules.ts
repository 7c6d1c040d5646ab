import { forbiddenCharacter } from "../xml/characters.js";

/** Which texts libvirt can store. The limits were measured, so that a problem is reported before anything changes. */

/** Bytes of UTF-8. Above it libvirt 9 fails to save the metadata and leaves an orphaned snapshot in the image. */
export const MAX_NAME_BYTES = 247;

/** Bytes of UTF-8. Linux refuses a single argument of 128 KiB; the margin is for `--description=`. */
const MAX_DESCRIPTION_BYTES = 120_000;

const HALF_A_PAIR = "it contains half of a surrogate pair, which UTF-8 cannot encode";

/** Why `name` cannot name a snapshot, and a name that works; `undefined` when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "") {
    return "a snapshot needs a name. Give one, or leave the property out to use the resource's name";
  }
  const reason = nameFault(name);
  return reason && `${reason}. Use another name, for example ${JSON.stringify(suggestedName(name))}`;
}

function nameFault(name: string): string | undefined {
  if (!name.isWellFormed()) return HALF_A_PAIR;
  if (name.includes("\n")) return "it contains a line break, and virsh lists one name per line";
  if (/\p{Cc}/u.test(name)) return "it contains a control character, which libvirt drops without an error";
  if (name.includes("/")) return 'it contains "/", which libvirt refuses';
  if (name.startsWith(".")) return 'it starts with ".", which libvirt refuses';
  const bytes = Buffer.byteLength(name, "utf8");
  return bytes > MAX_NAME_BYTES
    ? `it takes ${bytes} bytes of UTF-8, and libvirt can save ${MAX_NAME_BYTES}`
    : undefined;
}

/** Whether every libvirt accepts the name: since 11.3 an internal snapshot of a running domain accepts no other. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(name);
}

/** A name like `name` that every libvirt accepts: `instantánea 1` becomes `instantanea-1`. */
export function suggestedName(name: string): string {
  const plain = name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, MAX_NAME_BYTES)
    .replace(/-+$/, "");
  return plain === "" ? "checkpoint" : plain;
}

/** Why XML cannot carry `description`; `undefined` when it can. */
export function descriptionProblem(description: string): string | undefined {
  if (!description.isWellFormed()) return `${HALF_A_PAIR}. Remove it`;
  const character = forbiddenCharacter(description);
  if (character !== undefined) {
    return `it contains the character ${character}, which XML cannot carry. Remove it`;
  }
  const bytes = Buffer.byteLength(description, "utf8");
  return bytes > MAX_DESCRIPTION_BYTES
    ? `it takes ${bytes} bytes of UTF-8, and ${MAX_DESCRIPTION_BYTES} fit into a command line. Shorten it`
    : undefined;
}

/** Why no domain can have the name `domain`; `undefined` when one can. */
export function domainProblem(domain: string): string | undefined {
  if (domain === "") return "a snapshot needs a domain. Give the domain's name or UUID";
  return /[\n\0]/.test(domain)
    ? "no domain can have a name with a line break or a NUL character. Give the domain's name or UUID"
    : undefined;
}

/** Why no file on the host can have the path `path`; `undefined` when one can. */
export function pathProblem(path: string): string | undefined {
  if (!path.isWellFormed() || /\p{Cc}/u.test(path)) {
    return "it contains a control character, or one that UTF-8 cannot encode. Remove it";
  }
  return path.startsWith("/")
    ? undefined
    : "the path of a file on the host must be absolute. Start it with /";
}

/** libvirt reads `\r` back as `\n`: in this form a description equals what is read back. */
export function normalLineEnds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
