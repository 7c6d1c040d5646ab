import * as pulumi from "@pulumi/pulumi";
import { snapshotsAfter } from "./declared-snapshots.js";
import { declaredDefinition } from "./domain-standing.js";
import { nameOf } from "./domain.js";
import { withoutTraces } from "./without-traces.js";
import { outputNames, SnapshotOutputs, type SnapshotArgs } from "./generated/snapshot-types.js";

/**
 * The whole provider as states keep it: Pulumi's dynamic host runs this text in the program's folder to load the
 * provider. It never changes, so it never causes a diff.
 */
const PROVIDER_TEXT = 'exports.handler = () => require("pulumi-virsh/dynamic-handler");';

/**
 * A libvirt snapshot of a virtual machine. Creating the resource takes the snapshot, a change of `revert.triggers`
 * reverts the virtual machine to it, and destroying the resource deletes it.
 *
 * ```ts
 * new Snapshot("checkpoint", {
 *   domain: "debian12",
 *   description: "before the upgrade",
 *   revert: { triggers: [config.get("revert")] },
 * });
 * ```
 *
 * This package has to be a direct dependency of the program, and installed for `pulumi refresh` and `destroy`, too.
 */
export class Snapshot extends SnapshotOutputs {
  /**
   * @param name The resource's name; also the snapshot's name, unless `args.name` is set.
   * @param args The inputs.
   * @param opts Pulumi's resource options. Never set `deletedWith` to the domain: its snapshots would stay in the images.
   */
  constructor(name: string, args: SnapshotArgs, opts?: pulumi.CustomResourceOptions) {
    refuseLoneSurrogates(name, { name, ...args });
    // Pulumi makes an output only of a property that is named here, even as undefined.
    const outputs = Object.fromEntries(outputNames.map((output) => [output, undefined]));
    const uri = args.uri ?? new pulumi.Config("virsh").get("uri");
    const props = {
      ...outputs,
      ...args,
      domain: nameOf(args.domain),
      name: args.name ?? name,
      uri,
      // Pulumi does not pass these to the provider. The provider removes them before anything is compared or recorded.
      __preview: pulumi.runtime.isDryRun(),
      __secrets: secretsAmong({ name, ...args, domain: nameOf(args.domain), uri }),
      __provider: PROVIDER_TEXT,
    };
    const untraced = withoutTraces({
      ...props,
      __definition: declaredDefinition(props.domain, uri),
      __others: snapshotsAfter(props),
    });
    try {
      super("pulumi-nodejs:dynamic/virsh:Snapshot", name, untraced.props, opts);
    } finally {
      untraced.restore();
    }
  }
}

/** The names of the inputs that are secrets. Pulumi's dynamic host does not tell the provider, whose messages must not show them. */
function secretsAmong(inputs: object): pulumi.Output<string[] | undefined> | undefined {
  const computed = Object.entries(inputs).filter(([, value]) => isComputed(value));
  if (computed.length === 0) return undefined;
  const named = computed.map(async ([input, value]: [string, unknown]) =>
    (await pulumi.isSecret(pulumi.output(value))) ? [input] : [],
  );
  return pulumi.output(Promise.all(named).then((all) => (all.flat().length === 0 ? undefined : all.flat())));
}

/** Whether a value holds anything but plain data: only an output is a secret. */
function isComputed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(isComputed);
  return Object.getPrototypeOf(value) !== Object.prototype || Object.values(value).some(isComputed);
}

/** The engine would refuse such a text with "invalid UTF-8" and not say which property holds it. */
function refuseLoneSurrogates(resource: string, args: object): void {
  for (const [property, value] of Object.entries(args)) {
    if (typeof value !== "string" || value.isWellFormed()) continue;
    throw new pulumi.RunError(
      `Snapshot ${JSON.stringify(resource)}: ${property}: ${JSON.stringify(value)} cannot be used: ` +
        "it contains half of a surrogate pair, which UTF-8 cannot encode. Remove it.",
    );
  }
}
