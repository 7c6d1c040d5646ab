import { functions } from "../functions/functions.js";
import { VirshHosts } from "../virsh/host.js";

export { isVirshError } from "../errors.js";

/** The functions, called within the process of a program: they ask virsh from there. */

export type FunctionName = keyof typeof functions;

export type FunctionResult<Name extends FunctionName> = Awaited<ReturnType<(typeof functions)[Name]>>;

const hosts = new VirshHosts();

/** Calls a function with whatever the program passed. Throws a `VirshError`. */
export async function callFunction<Name extends FunctionName>(
  name: Name,
  args: unknown,
): Promise<FunctionResult<Name>> {
  return (await functions[name](hosts.open, args)) as FunctionResult<Name>;
}
