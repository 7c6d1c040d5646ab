import { redactUri } from "../hypervisor/uri.js";

/** A shorter text may be part of any word, so it is hidden only where it is a word of its own. */
const SHORTEST_PART = 4;

export type Conceal = (text: string) => string;

/** Takes what is secret out of a message: the texts themselves, as they are and as a message quotes them. */
export function concealing(secrets: readonly string[]): Conceal {
  const hidden = secrets
    .flatMap(formsOf)
    .filter((form) => form !== "")
    // What contains another one first.
    .sort((one, other) => other.length - one.length);
  if (hidden.length === 0) return (text) => text;
  const pattern = new RegExp(hidden.map(patternOf).join("|"), "gu");
  return (text) => text.replace(pattern, "[secret]");
}

function patternOf(form: string): string {
  const literal = form.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return form.length < SHORTEST_PART ? String.raw`(?<![\p{L}\p{N}_])${literal}(?![\p{L}\p{N}_])` : literal;
}

function formsOf(secret: string): string[] {
  const forms = [secret, redactUri(secret), ...serverOf(secret)];
  return [...new Set(forms.flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]))];
}

/** libvirt's own words name the server of a URI, not the URI. */
function serverOf(uri: string): string[] {
  const server = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?]*@)?([^/?:@]+)/i.exec(uri)?.[1];
  return server === undefined ? [] : [server];
}
