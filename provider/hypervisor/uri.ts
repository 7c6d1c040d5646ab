import { quote } from "../errors.js";

/** An alias from `uri_aliases` in the user's own libvirt.conf. */
const ALIAS = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

/** driver[+transport]://[user@][host][:port]/path[?parameters] */
const SHAPE =
  /^[a-z][a-z0-9.-]*(?:\+(?<transport>[^:/]*))?:(?:\/\/(?<authority>[^/?]*)|(?=\/))[^?]*(?:\?(?<query>.*))?$/i;

/** What libvirt's own parser takes; anything else has to be percent-encoded. A fragment means nothing to it. */
const CHARACTERS = /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]*$/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7F/i;

const TRANSPORTS: readonly string[] = ["unix", "ssh", "libssh", "libssh2", "tls", "tcp"];

/** Parameters that name a program for libvirt to run on this machine. */
const LOCAL_PROGRAM: readonly string[] = ["command", "argv"];

/**
 * Every parameter that libvirt documents and that runs nothing here. A list of the good ones, not of the bad
 * ones, for libvirt 12.5 added a second that executes, and a later one may add a third. Some weaken a check
 * (`no_verify`, `known_hosts_verify`, `no_sanity`): the user's own choice, made in plain sight. `netcat` runs
 * on the far side, as the user who is logged in there and may run anything there anyway; see `netcatProblem`.
 */
const PARAMETERS: readonly string[] = [
  "name",
  "socket",
  "netcat",
  "keyfile",
  "sshauth",
  "known_hosts",
  "known_hosts_verify",
  "no_verify",
  "no_tty",
  "no_sanity",
  "pkipath",
  "tls_priority",
  "auth",
  "authfile",
  "mode",
  "proxy",
  // of the ESX and Hyper-V drivers
  "transport",
  "vcenter",
  "auto_answer",
];

interface Parameter {
  name: string;
  value: string;
}

/**
 * Why virsh is not to be called with this URI, and what would do; `undefined` when it may be. Repeats nothing of
 * the URI but what cannot be secret.
 */
export function uriProblem(uri: string): string | undefined {
  if (uri === "") return "it is empty. Leave it out to connect where virsh does by itself";
  if (!CHARACTERS.test(uri) || BAD_ESCAPE.test(uri)) {
    return "it holds a character that no connection URI can hold. Percent-encode it; control characters are refused";
  }
  const shape = SHAPE.exec(uri)?.groups;
  if (shape === undefined) {
    return ALIAS.test(uri)
      ? undefined
      : "it is not a connection URI. Write it like qemu:///system or qemu+ssh://host/system";
  }
  const { transport, authority = "", query = "" } = shape;
  return (
    transportProblem(transport) ??
    passwordProblem(uri.replace(/\?.*/, "")) ??
    authorityProblem(authority) ??
    parameters(query)
      .map(parameterProblem)
      .find((problem) => problem !== undefined)
  );
}

/** Whether the URI, or without one the environment that virsh then reads, leads to this very machine. */
export function isHere(uri: string | undefined, environment: NodeJS.ProcessEnv = process.env): boolean {
  const effective = uri ?? environment["VIRSH_DEFAULT_CONNECT_URI"] ?? environment["LIBVIRT_DEFAULT_URI"];
  // By itself virsh connects to this machine; an alias may lead anywhere.
  if (effective === undefined) return true;
  const shape = SHAPE.exec(effective)?.groups;
  if (shape === undefined) return false;
  const { transport = "unix", authority = "" } = shape;
  return authority === "" && transport.toLowerCase() === "unix";
}

function transportProblem(transport: string | undefined): string | undefined {
  // libvirt compares it without regard to case.
  if (transport === undefined || TRANSPORTS.includes(transport.toLowerCase())) return undefined;
  const reason =
    transport.toLowerCase() === "ext"
      ? "the transport ext runs a program on this machine"
      : `libvirt has no transport ${quote(transport)}`;
  return `${reason}. Use one of ${TRANSPORTS.join(", ")}`;
}

function passwordProblem(beforeQuery: string): string | undefined {
  if (hidePassword(beforeQuery) === beforeQuery) return undefined;
  return "it holds a password, which libvirt does not use and the state would keep. Use a key (keyfile=) or a credentials file (authfile=)";
}

function authorityProblem(authority: string): string | undefined {
  const at = authority.lastIndexOf("@");
  const server = decode(authority.slice(at + 1));
  if (decode(authority).startsWith("-") || server.startsWith("-")) {
    return "a user or host with a leading - could pass for an option of ssh. Use a name without it";
  }
  if (!/^(?:\[[^\]]*\]|[^:[\]]*)(?::\d*)?$/.test(server)) {
    return "what follows its host is not a port. Write it like qemu+ssh://user@host:22/system";
  }
  return undefined;
}

function parameterProblem({ name, value }: Parameter): string | undefined {
  if (LOCAL_PROGRAM.includes(name)) {
    return `the parameter ${name} runs a program on this machine. Remove it; ports, keys and jump hosts go into ~/.ssh/config`;
  }
  if (!PARAMETERS.includes(name)) {
    return `it has a parameter that is not known to be safe. Known are ${PARAMETERS.join(", ")}`;
  }
  if (name === "netcat") return netcatProblem(value);
  // The URI that the far daemon opens: what may not run here is not sent to run there either.
  if (name === "name" && value !== "") return uriProblem(value);
  return undefined;
}

/** It becomes part of a command line on the far side: a plain name or path leaves no quoting to get wrong. */
function netcatProblem(program: string): string | undefined {
  if (/^[A-Za-z0-9/_][A-Za-z0-9/._+-]*$/.test(program)) return undefined;
  return "netcat has to be one program. Write it like netcat=/usr/bin/nc, without arguments";
}

/** libvirt separates by `&` or `;`, decodes names and compares them without regard to case. */
function parameters(query: string): Parameter[] {
  return query
    .split(/[&;]/)
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=");
      const [name, value] = equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
      return { name: decode(name).toLowerCase(), value: decode(value) };
    });
}

/** Decodes what is ASCII; all that is judged here is, and any other byte may stand as it is. */
function decode(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The URI as it may be shown: without its password, and without the values of unknown parameters. */
export function redactUri(uri: string): string {
  return hideUnknownParameters(hidePassword(uri));
}

/** All between the first `:` after the scheme and the last `@`, wherever a careless password put more of them. */
function hidePassword(uri: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(uri)?.[0] ?? "";
  const rest = uri.slice(scheme.length);
  const colon = rest.search(/:|%3a/i);
  const at = rest.lastIndexOf("@");
  return colon < 0 || colon > at ? uri : `${scheme}${rest.slice(0, colon)}:***${rest.slice(at)}`;
}

function hideUnknownParameters(uri: string): string {
  const query = /[?#]/.exec(uri)?.index;
  if (query === undefined) return uri;
  const shown = uri
    .slice(query + 1)
    .split(/([&;#])/)
    .map((part) => (/^[&;#]?$/.test(part) || isPlain(part) ? part : "***"));
  return uri.slice(0, query + 1) + shown.join("");
}

function isPlain(part: string): boolean {
  return parameters(part).every(
    ({ name, value }) => PARAMETERS.includes(name) && redactsToItself(name, value),
  );
}

function redactsToItself(name: string, value: string): boolean {
  return name !== "name" || redactUri(value) === value;
}

/** libvirt echoes the URI, also one that came from the environment: passwords in it stay out of messages. */
export function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*?)(?::|%3a)\S*@/gi, "$1:***@")
    .replace(/([?&;](?:password|passwd|pwd|token|secret)=)[^\s&;'"]*/gi, "$1***");
}
