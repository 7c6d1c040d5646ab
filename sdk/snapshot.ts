import * as pulumi from "@pulumi/pulumi";
import { outputNames, SnapshotOutputs, type SnapshotArgs } from "./generated/snapshot-types.js";

/**
 * The whole of the provider as states keep it: Pulumi's dynamic host runs this text, from the program's folder, to
 * get at the provider. It never changes, so no state ever shows a change because of it.
 */
const PROVIDER_TEXT = 'exports.handler = () => require("pulumi-virsh/dynamic-handler");';

/**
 * A libvirt snapshot of a virtual machine: taken when it is created, reverted to when `revert.triggers` change,
 * deleted when it is destroyed.
 *
 * ```ts
 * new Snapshot("checkpoint", {
 *   domain: "debian12",
 *   description: "before the upgrade",
 *   revert: { triggers: [config.get("revert")] },
 * });
 * ```
 *
 * The package has to be a dependency of the program itself, and installed for `pulumi refresh` and `destroy`, too.
 */
export class Snapshot extends SnapshotOutputs {
  /**
   * @param name The resource's name; the snapshot's name, too, unless `args.name` gives another.
   * @param args What is asked for.
   * @param opts Pulumi's resource options. Never `deletedWith` the domain: its snapshots outlive it in the images.
   */
  constructor(name: string, args: SnapshotArgs, opts?: pulumi.CustomResourceOptions) {
    refuseHalfPairs(name, { name, ...args });
    // A property that is not named here would be no output at all, but undefined.
    const outputs = Object.fromEntries(outputNames.map((output) => [output, undefined]));
    const uri = args.uri ?? new pulumi.Config("virsh").get("uri");
    const props = {
      ...outputs,
      ...args,
      name: args.name ?? name,
      uri,
      // Pulumi does not tell the provider, which takes it out again before anything is compared or recorded.
      __preview: pulumi.runtime.isDryRun(),
      __provider: PROVIDER_TEXT,
    };
    super("pulumi-nodejs:dynamic/virsh:Snapshot", name, props, opts);
  }
}

/** No such text can travel to the provider, which would refuse it: the engine says "invalid UTF-8", and not of what. */
function refuseHalfPairs(resource: string, args: object): void {
  for (const [property, value] of Object.entries(args)) {
    if (typeof value !== "string" || value.isWellFormed()) continue;
    throw new pulumi.RunError(
      `Snapshot ${JSON.stringify(resource)}: ${property}: ${JSON.stringify(value)} cannot be used: ` +
        "it contains half of a surrogate pair, which UTF-8 cannot encode. Remove it.",
    );
  }
}
