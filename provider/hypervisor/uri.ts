import { quote } from "../errors.js";

/** An alias from `uri_aliases` in the user's libvirt.conf. */
const ALIAS = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

/** driver[+transport]://[user@][host][:port]/path[?parameters] */
const SHAPE =
  /^[a-z][a-z0-9.-]*(?:\+(?<transport>[^:/]*))?:(?:\/\/(?<authority>[^/?]*)|(?=\/))[^?]*(?:\?(?<query>.*))?$/i;

/** The characters that libvirt's own parser accepts; all others must be percent-encoded. It knows no fragments. */
const CHARACTERS = /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]*$/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7F/i;

const TRANSPORTS: readonly string[] = ["unix", "ssh", "libssh", "libssh2", "tls", "tcp"];

/** Parameters that name a program that libvirt runs on this machine. */
const LOCAL_PROGRAM: readonly string[] = ["command", "argv"];

/**
 * Every parameter that libvirt documents and that runs nothing on this machine. This is a list of the safe ones, not of
 * the others, because libvirt 12.5 added a second one that runs a program, and a later version may add a third. Some
 * weaken a check (`no_verify`, `known_hosts_verify`, `no_sanity`): that is the user's explicit choice. `netcat` runs on
 * the remote host, as the user who logs in there and may run anything there; see `netcatProblem`.
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
 * Why virsh must not be called with this URI, and what would work; `undefined` if it may be. The text repeats only parts
 * of the URI that cannot be secret.
 */
export function uriProblem(uri: string): string | undefined {
  if (uri === "") return "it is empty. Leave it out to use the default of virsh";
  if (!CHARACTERS.test(uri) || BAD_ESCAPE.test(uri)) {
    return "it contains a character that a connection URI cannot contain. Percent-encode it; control characters are refused";
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

/** The environment variables that name virsh's default URI, the first that is set wins. */
const DEFAULT_URI_VARIABLES = ["VIRSH_DEFAULT_CONNECT_URI", "LIBVIRT_DEFAULT_URI"] as const;

/** The default URI that the environment names, and the variable that does. */
export function defaultUri(environment: NodeJS.ProcessEnv): { variable: string; uri: string } | undefined {
  const variable = DEFAULT_URI_VARIABLES.find((name) => (environment[name] ?? "") !== "");
  return variable === undefined ? undefined : { variable, uri: environment[variable] ?? "" };
}

/**
 * Whether a URI, as libvirt resolved it, leads to this machine. `behind`: if the daemon is really behind that socket,
 * which may be the end of a tunnel.
 */
export function leadsHere(resolved: string): boolean | { behind: string } {
  const shape = SHAPE.exec(resolved)?.groups;
  if (shape === undefined) return false;
  const { transport = "unix", authority = "", query = "" } = shape;
  if (authority !== "" || transport.toLowerCase() !== "unix") return false;
  const socket = parameters(query).find(({ name }) => name === "socket")?.value ?? "";
  return socket === "" ? true : { behind: socket };
}

/** Driver and path of a URI: `qemu:///system`. A host has one daemon for each, or one for each user. */
export function driverAndPath(uri: string): string {
  const [, driver, path] = /^([a-z][a-z0-9.-]*)(?:\+[^:/]*)?:(?:\/\/[^/?]*)?([^?]*)/i.exec(uri) ?? [];
  return driver === undefined ? uri : `${driver.toLowerCase()}://${path ?? ""}`;
}

/** What tells the session daemons of one host apart, as far as a URI says it: user and socket. */
export function sessionOf(uri: string): string | undefined {
  const { authority = "", query = "" } = SHAPE.exec(uri)?.groups ?? {};
  if (!driverAndPath(uri).endsWith(":///session")) return undefined;
  const user = authority.includes("@") ? authority.slice(0, authority.lastIndexOf("@")) : "";
  const socket = parameters(query).find(({ name }) => name === "socket")?.value ?? "";
  return user === "" && socket === "" ? undefined : `${user} ${socket}`;
}

/** Whether it is the name of an alias in libvirt.conf, and not a URI. */
export function isAlias(uri: string): boolean {
  return ALIAS.test(uri);
}

function transportProblem(transport: string | undefined): string | undefined {
  // libvirt compares it case-insensitively.
  if (transport === undefined || TRANSPORTS.includes(transport.toLowerCase())) return undefined;
  const reason =
    transport.toLowerCase() === "ext"
      ? "the transport ext runs a program on this machine"
      : `libvirt has no transport ${quote(transport)}`;
  return `${reason}. Use one of ${TRANSPORTS.join(", ")}`;
}

function passwordProblem(beforeQuery: string): string | undefined {
  if (hidePassword(beforeQuery) === beforeQuery) return undefined;
  return "it contains a password, which libvirt does not use and which the state would keep. Use a key (keyfile=) or a credentials file (authfile=)";
}

function authorityProblem(authority: string): string | undefined {
  const at = authority.lastIndexOf("@");
  const server = decode(authority.slice(at + 1));
  if (decode(authority).startsWith("-") || server.startsWith("-")) {
    return "ssh could take a user or host with a leading - for an option. Use a name without it";
  }
  if (!/^(?:\[[^\]]*\]|[^:[\]]*)(?::\d*)?$/.test(server)) {
    return "the text after its host is not a port. Write it like qemu+ssh://user@host:22/system";
  }
  return undefined;
}

function parameterProblem({ name, value }: Parameter): string | undefined {
  if (LOCAL_PROGRAM.includes(name)) {
    return `the parameter ${name} runs a program on this machine. Remove it; put ports, keys and jump hosts into ~/.ssh/config`;
  }
  if (!PARAMETERS.includes(name)) {
    return `it has a parameter that is not known to be safe. The safe ones are ${PARAMETERS.join(", ")}`;
  }
  if (name === "netcat") return netcatProblem(value);
  // The URI that the remote daemon opens: what may not run here may not run there either.
  if (name === "name" && value !== "") return uriProblem(value);
  return undefined;
}

/** It becomes part of a command line on the remote host: a plain name or path needs no quoting there. */
function netcatProblem(program: string): string | undefined {
  if (/^[A-Za-z0-9/_][A-Za-z0-9/._+-]*$/.test(program)) return undefined;
  return "netcat must be one program without arguments. Write it like netcat=/usr/bin/nc";
}

/** libvirt separates parameters by `&` or `;`, decodes their names and compares them case-insensitively. */
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

/** Decodes ASCII only: everything that is checked here is ASCII, and any other byte may stay as it is. */
function decode(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The URI without its password and without the values of unknown parameters. */
export function redactUri(uri: string): string {
  return hideUnknownParameters(hidePassword(uri));
}

/** Everything between the first `:` after the scheme and the last `@`: a password may contain more of either. */
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

/**
 * Text of libvirt without the passwords of the URIs that it repeats, also of one from the environment, and without those
 * of a definition (`passwd` of a screen).
 */
export function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*?)(?::|%3a)\S*@/gi, "$1:***@")
    .replace(/(\bpasswd=)('[^']*'?|"[^"]*"?)/gi, "$1***")
    .replace(/([?&;](?:password|passwd|pwd|token|secret)=)[^\s&;'"]*/gi, "$1***");
}
