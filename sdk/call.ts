import * as pulumi from "@pulumi/pulumi";
import type { ErrorKind } from "../provider/errors.js";
import type { FunctionName, FunctionResult } from "../provider/program/functions.js";
import { Domain, nameOf } from "./domain.js";

/**
 * The error of a function. Its `kind` distinguishes a snapshot or domain that is proven not to exist (`NotFound`) from
 * a host that gave no answer (`Unreachable`, `Denied`, `Timeout`).
 */
export class QuestionError extends pulumi.RunError {
  constructor(
    message: string,
    /** What kind of error it is; docs/troubleshooting.md lists them. */
    readonly kind: ErrorKind,
  ) {
    super(message);
  }
}

type Name = FunctionName;

export type ResultOf<F extends Name> = FunctionResult<F>;

/** The result of a function, or a `QuestionError`, which Pulumi shows without a stack. */
export async function call<F extends Name>(
  name: F,
  args: object | null | undefined,
  opts: pulumi.InvokeOptions = {},
): Promise<ResultOf<F>> {
  refuseProvider(name, opts);
  const output = Object.entries(args ?? {}).find(
    ([, value]) => pulumi.Output.isInstance(value) || Domain.isInstance(value),
  )?.[0];
  if (output !== undefined) {
    throw new QuestionError(
      `Unable to call ${name}: ${output}: an output cannot be used here, because its value is not known yet. Use ${name}Output.`,
      "Invalid",
    );
  }
  // Loaded late, because programs that call no function do not need it.
  const { callFunction, isVirshError } = await import("../provider/program/functions.js");
  try {
    return await callFunction(name, { ...args, uri: uriOf(args ?? {}) });
  } catch (error) {
    throw isVirshError(error) ? new QuestionError(error.message, error.kind) : error;
  }
}

/** The same, once everything it depends on is known. In a preview that may never be; the result is unknown then, too. */
export function callOutput<F extends Name>(
  name: F,
  args: object | null | undefined,
  { dependsOn, ...opts }: pulumi.InvokeOutputOptions = {},
): pulumi.Output<ResultOf<F>> {
  refuseProvider(name, opts);
  const { domain, ...others } = (args ?? {}) as { domain?: pulumi.Input<string> | Domain };
  const known = pulumi.output({ ...others, ...(domain === undefined ? {} : { domain: nameOf(domain) }) });
  const dependencies = pulumi.all([dependsOn ?? [], resourcesBehind(known)]);
  const created = dependencies.apply(([declared, behind]) =>
    pulumi.all([declared, behind].flat().map(knownOnceCreated)),
  );
  return pulumi.all([known, created]).apply(([plain]) => call(name, plain, opts));
}

/**
 * The resources that a value comes from. As with Pulumi's own functions, the resources have to exist, not only the
 * value: a preview knows the name of a snapshot before it is taken.
 */
async function resourcesBehind(value: object): Promise<pulumi.Resource[]> {
  const { allResources } = value as { allResources?: () => Promise<Set<pulumi.Resource>> };
  return [...((await allResources?.()) ?? [])];
}

/** An output that is known once a resource exists; for a component, once all resources in it exist. */
function knownOnceCreated(resource: pulumi.Resource): pulumi.Output<unknown> {
  if (pulumi.CustomResource.isInstance(resource)) return isCommand(resource) ? resource.stdout : resource.id;
  const { __childResources: children = [] } = resource as { __childResources?: Iterable<pulumi.Resource> };
  return pulumi.all([...children].map(knownOnceCreated));
}

/** The id of a command is known before it has run; what it prints is not. A `Domain` holds one. */
function isCommand(resource: object): resource is { stdout: pulumi.Output<unknown> } {
  const { __pulumiType: type } = resource as { __pulumiType?: string };
  return type?.startsWith("command:") === true && "stdout" in resource;
}

function refuseProvider(name: Name, { provider }: pulumi.InvokeOptions): void {
  if (provider === undefined) return;
  throw new QuestionError(
    `Unable to call ${name}: opts.provider: this function runs virsh inside the program, so it takes no provider. Set uri instead.`,
    "Invalid",
  );
}

function uriOf(args: { uri?: unknown }): unknown {
  return args.uri ?? new pulumi.Config("virsh").get("uri");
}
