import { functions } from "../functions/functions.js";
import type { OpenHost } from "../hypervisor/host.js";
import { holdsUnknown } from "../schema/unknown.js";
import type { Props, ProviderContext } from "./resource.js";
import { Malformed } from "./status.js";

/** A function accepts at most this time limit; that of the provider may be longer. */
const LONGEST_SECONDS = 3600;

const PREFIX = "virsh:index:";

export interface Invoked {
  result: Props;
  /** Whether the result is a secret although no argument is. */
  secret: boolean;
}

/** Calls a function of the package, with the provider's URI and time limit where it is given none. */
export async function invoke(
  { settings }: ProviderContext,
  open: OpenHost,
  token: string,
  args: Props,
): Promise<Invoked> {
  const name = token.startsWith(PREFIX) ? token.slice(PREFIX.length) : "";
  if (!isFunction(name)) {
    const known = Object.keys(functions).map((each) => PREFIX + each);
    throw new Malformed(
      `There is no function ${JSON.stringify(token)}. The functions are ${known.join(", ")}.`,
    );
  }
  if (holdsUnknown(args))
    throw new Malformed(`${token} cannot be called with a value that is not known yet.`);
  const { uri = settings.uri, timeoutSeconds = limitOf(settings.timeoutSeconds) } = withoutNull(args);
  const result = await functions[name](open, { ...args, uri, timeoutSeconds });
  return { result: { ...result }, secret: name === "getSnapshotXml" && args["security"] === true };
}

function isFunction(name: string): name is keyof typeof functions {
  return Object.hasOwn(functions, name);
}

function withoutNull({ uri, timeoutSeconds }: Props): Props {
  return { uri: uri ?? undefined, timeoutSeconds: timeoutSeconds ?? undefined };
}

function limitOf(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.min(seconds, LONGEST_SECONDS);
}
