import { redactUri } from "../hypervisor/uri.js";

/** A shorter text is no secret worth the name, and would hide parts of every word. */
const SHORTEST = 4;

export type Conceal = (text: string) => string;

/** Takes what is secret out of a message: the texts themselves, as they are and as a message quotes them. */
export function concealing(secrets: readonly string[]): Conceal {
  const hidden = secrets
    .flatMap(formsOf)
    .filter((form) => form.length >= SHORTEST)
    // What contains another one first.
    .sort((one, other) => other.length - one.length);
  return (text) => hidden.reduce((shown, form) => shown.replaceAll(form, "[secret]"), text);
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
