import { uriParts } from "../schema/uri-rules.js";

/** Whether the URI, or without one the environment that virsh then reads, leads to this very machine. */
export function isHere(uri: string | undefined, environment: NodeJS.ProcessEnv = process.env): boolean {
  const effective = uri ?? environment["VIRSH_DEFAULT_CONNECT_URI"] ?? environment["LIBVIRT_DEFAULT_URI"];
  // By itself virsh connects to this machine; an alias may lead anywhere.
  if (effective === undefined) return true;
  const parts = uriParts(effective);
  if (parts === undefined) return false;
  const { transport = "unix", authority } = parts;
  return authority === "" && transport.toLowerCase() === "unix";
}

/** libvirt echoes the URI, also one that came from the environment: passwords in it stay out of messages. */
export function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*?)(?::|%3a)\S*@/gi, "$1:***@")
    .replace(/([?&;](?:password|passwd|pwd|token|secret)=)[^\s&;'"]*/gi, "$1***");
}
