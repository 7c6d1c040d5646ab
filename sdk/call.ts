import * as pulumi from "@pulumi/pulumi";
import type { ErrorKind } from "../provider/errors.js";
import type { FunctionName, FunctionResult } from "../provider/program/functions.js";

/**
 * A question that could not be answered. Its `kind` tells a snapshot or domain that provenly is not there (`NotFound`)
 * from a host that could not be asked (`Unreachable`, `Denied`, `Timeout`).
 */
export class QuestionError extends pulumi.RunError {
  constructor(
    message: string,
    /** What kind of error it is; the README lists them. */
    readonly kind: ErrorKind,
  ) {
    super(message);
  }
}

type Name = FunctionName;

export type ResultOf<Q extends Name> = FunctionResult<Q>;

/** The answer to a question, or a `QuestionError`, which Pulumi shows without a stack. */
export async function ask<Q extends Name>(
  name: Q,
  args: object,
  opts: pulumi.InvokeOptions = {},
): Promise<ResultOf<Q>> {
  refuseProvider(name, opts);
  const output = Object.entries(args).find(([, value]) => pulumi.Output.isInstance(value))?.[0];
  if (output !== undefined) {
    throw new QuestionError(
      `Unable to ask ${name}: ${output}: an output cannot be used here, for its value comes later. Use ${name}Output.`,
      "Invalid",
    );
  }
  // Loaded late: programs that ask nothing do not need it.
  const [{ callFunction }, { isVirshError }] = await Promise.all([
    import("../provider/program/functions.js"),
    import("../provider/errors.js"),
  ]);
  try {
    return await callFunction(name, { ...args, uri: uriOf(args) });
  } catch (error) {
    throw isVirshError(error) ? new QuestionError(error.message, error.kind) : error;
  }
}

/** The same once all that it depends on is known: in a preview that may be never, and the answer is unknown, too. */
export function askLater<Q extends Name>(
  name: Q,
  args: object,
  { dependsOn, ...opts }: pulumi.InvokeOutputOptions = {},
): pulumi.Output<ResultOf<Q>> {
  refuseProvider(name, opts);
  const known = pulumi.output(args);
  const awaited = pulumi.all([dependsOn ?? [], resourcesBehind(known)]);
  const there = awaited.apply(([named, behind]) => pulumi.all([named, behind].flat().map(created)));
  return pulumi.all([known, there]).apply(([asked]) => ask(name, asked, opts));
}

/**
 * The resources that a value comes from. As in Pulumi's own functions they have to be there, not only the value: a
 * preview knows the name of a snapshot before it is taken.
 */
async function resourcesBehind(value: object): Promise<pulumi.Resource[]> {
  const { allResources } = value as { allResources?: () => Promise<Set<pulumi.Resource>> };
  return [...((await allResources?.()) ?? [])];
}

/** Known once a resource is there: a component once all in it are. */
function created(resource: pulumi.Resource): pulumi.Output<unknown> {
  if (pulumi.CustomResource.isInstance(resource)) return resource.id;
  const { __childResources: children = [] } = resource as { __childResources?: Iterable<pulumi.Resource> };
  return pulumi.all([...children].map(created));
}

function refuseProvider(name: Name, { provider }: pulumi.InvokeOptions): void {
  if (provider === undefined) return;
  throw new QuestionError(
    `Unable to ask ${name}: opts.provider: this function asks virsh from within the program, there is no provider to choose. Give uri.`,
    "Invalid",
  );
}

function uriOf(args: { uri?: unknown }): unknown {
  return args.uri ?? new pulumi.Config("virsh").get("uri");
}
