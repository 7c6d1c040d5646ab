import { createRequire } from "node:module";
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { DomainArgs } from "./domain-args.js";
import { environmentOf, identityOf, refused } from "./domain-inputs.js";
import { previewHooks } from "./preview-domain.js";

/** The commands, as states keep them. They never change and contain no user input. */
const COMMANDS = {
  create: 'require("pulumi-virsh/domain-command").create()',
  update: 'require("pulumi-virsh/domain-command").update()',
  delete: 'require("pulumi-virsh/domain-command").delete()',
  // Standard error holds the lines for the user; standard output is recorded.
  logging: "stderr",
} as const;

/**
 * A libvirt domain (a virtual machine), declared by its XML. Creating it defines and starts the domain. A change of the
 * XML redefines it in place. Destroying it shuts the domain down and undefines it with its NVRAM, but never its disks.
 *
 * ```ts
 * const vm = new Domain("vm", { xml: readFileSync("vm.xml", "utf8") });
 * new Snapshot("checkpoint", { domain: vm.name });
 * ```
 *
 * It needs the package `@pulumi/command`, version 1.2, whose `local.Command` runs virsh for it. An existing domain is
 * never redefined on create unless `adopt` is set. A domain that still has snapshots or checkpoints is not deleted: the
 * error names them, and the domain keeps running. A `Snapshot` with `domain: vm.name` is taken after the domain is
 * created and deleted before it.
 *
 * A refresh does not look at domains: what someone else changes in one shows only once the program changes it, too.
 */
export class Domain extends pulumi.ComponentResource {
  /** @internal */
  static readonly __pulumiType = "virsh:index:Domain";

  /**
   * The domain's name (`name`), known in previews. A resource that uses it is created after the domain and deleted
   * before it.
   */
  readonly name: pulumi.Output<string>;
  /** The domain's UUID (`uuid`). Previews of a create or a change know it only if the XML contains it. */
  readonly uuid: pulumi.Output<string>;

  /**
   * @param name The resource's name. The domain's own name is in the XML.
   * @param args The inputs.
   * @param opts Pulumi's resource options.
   */
  constructor(name: string, args: DomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Domain.__pulumiType, name, {}, opts);
    const identity = identityOf(name, args.xml);
    const environment = environmentOf(name, args);
    const { local } = commandPackage(name);
    const run = new local.Command(
      name,
      {
        ...COMMANDS,
        interpreter: ["node", "-e"],
        environment,
        stdin: args.xml,
        triggers: [pulumi.unsecret(identity.name)],
      },
      {
        parent: this,
        deleteBeforeReplace: true,
        // It contains a digest of the XML, which may be a secret.
        additionalSecretOutputs: ["stdout"],
        hooks: previewHooks(this, name, pulumi.output({ xml: args.xml, environment })),
      },
    );
    // The URN is known in previews, too. Through it, whatever uses the outputs depends on the command.
    const defined = pulumi.all([identity, run.urn]);
    // Neither is a secret, even if the XML or the URI is one.
    this.name = pulumi.unsecret(defined.apply(([{ name: own }]) => own));
    const uuid = defined.apply(([given]) =>
      given.uuid === undefined ? run.stdout.apply(readUuid) : pulumi.output(given.uuid),
    );
    this.uuid = pulumi.unsecret(uuid);
    this.registerOutputs({ name: this.name, uuid: this.uuid });
  }

  /** Whether `value` is a `Domain`, including one from another copy of this package. */
  static override isInstance(value: unknown): value is Domain {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === Domain.__pulumiType;
  }
}

/** Reads what `create` and `update` printed. Under mocks nothing was printed. */
function readUuid(stdout: string | undefined): string {
  return stdout === undefined ? "" : (JSON.parse(stdout) as { uuid: string }).uuid;
}

/** Loaded late, so that a program without a `Domain` does not need the package. */
function commandPackage(resource: string): typeof command {
  try {
    return createRequire(__filename)("@pulumi/command") as typeof command;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw refused(
      resource,
      'it needs the package @pulumi/command, which is not installed. Run npm install "@pulumi/command@~1.2.1".',
    );
  }
}
