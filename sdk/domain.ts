import { createRequire } from "node:module";
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { checkedXml, environmentOf, refused } from "./domain-inputs.js";
import { foresight } from "./preview-domain.js";

/** What a `Domain` is made of. */
export interface DomainArgs {
  /**
   * The definition: the text of one `<domain>`, as `virsh dumpxml --inactive` prints it. Without `<uuid>` the domain
   * gets one and keeps it.
   *
   * On a change: redefined in place (`virsh define`), which a running domain takes up at its next boot; the preview
   * says which it will be. Another `<name>` is another domain: this one is removed, and then that one defined. Another
   * `<uuid>` under the same name is refused. Required.
   */
  xml: pulumi.Input<string>;
  /**
   * Connection URI of the hypervisor (`--connect`), for instance `qemu:///system` or `qemu+ssh://root@host/system`.
   * URIs that would run a program on this machine (`command=`, `argv=`) are refused. A change is an error unless the
   * same domain is seen through the new URI.
   *
   * Default: `virsh:uri` of the stack's configuration, else virsh's own default.
   */
  uri?: pulumi.Input<string>;
  /**
   * Whether the domain is to be running (`start`) or off (`shutdown`, then `destroy` after `shutdownTimeoutSeconds`).
   * A paused domain counts as running. It is acted upon when the domain is created or something in the program
   * changes, not when somebody else stops or starts it.
   *
   * Default: `true`.
   */
  running?: pulumi.Input<boolean>;
  /**
   * Whether the domain starts together with its host (`autostart`).
   *
   * Default: as it is, which for a new domain is not.
   */
  autostart?: pulumi.Input<boolean>;
  /**
   * On create, takes over an existing domain of that name instead of failing: it is given this definition, and then
   * belongs to the program, which also means that `pulumi destroy` undefines it.
   *
   * Default: `false`.
   */
  adopt?: pulumi.Input<boolean>;
  /**
   * Seconds that the guest may take to shut down before it is stopped as by a power cut, a whole number from 0 (at
   * once) to 86400. A paused guest cannot answer, and is stopped at once.
   *
   * Default: `60`.
   */
  shutdownTimeoutSeconds?: pulumi.Input<number>;
}

/** The commands, as states keep them. They never change, and nothing that a user gives is part of them. */
const COMMANDS = {
  create: 'require("pulumi-virsh/domain-command").create()',
  update: 'require("pulumi-virsh/domain-command").update()',
  delete: 'require("pulumi-virsh/domain-command").delete()',
  // Standard error, which tells the user things; standard output is kept.
  logging: "stderr",
} as const;

/**
 * A libvirt domain, a virtual machine, from its XML: defined and started when it is created, redefined in place when
 * the XML changes, shut down and undefined (with its NVRAM; never with its disks) when it is destroyed.
 *
 * ```ts
 * const vm = new Domain("vm", { xml: readFileSync("vm.xml", "utf8") });
 * new Snapshot("checkpoint", { domain: vm.name });
 * ```
 *
 * It needs the package `@pulumi/command`, version 1.2, whose `local.Command` runs virsh for it. A domain that exists
 * is never defined over, unless `adopt` says so. One that still has snapshots or checkpoints is not removed: they are
 * named, and it runs on. A `Snapshot` that is given `domain: vm.name` is taken after its domain is there, and deleted
 * before it.
 *
 * A refresh does not look at domains: what somebody else changes in one shows when the program changes it, too.
 */
export class Domain extends pulumi.ComponentResource {
  /** @internal */
  static readonly __pulumiType = "virsh:index:Domain";

  /** The domain's name (`name`). Known in previews; whoever uses it comes after the domain, and goes before it. */
  readonly name: pulumi.Output<string>;
  /** The domain's UUID (`uuid`). Unless the XML gives it, previews of a create or a change do not know it. */
  readonly uuid: pulumi.Output<string>;

  /**
   * @param name The resource's name. The domain's own name is in the XML.
   * @param args What is asked for.
   * @param opts Pulumi's resource options.
   */
  constructor(name: string, args: DomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Domain.__pulumiType, name, {}, opts);
    const identity = checkedXml(name, args.xml);
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
        // It holds a digest of the XML, which may be a secret.
        additionalSecretOutputs: ["stdout"],
        hooks: foresight(this, name, pulumi.output({ xml: args.xml, environment })),
      },
    );
    // The URN is known in previews, too, and has its user wait for the command.
    const defined = pulumi.all([identity, run.urn]);
    // Neither is a secret, though the XML or the URI may be one.
    this.name = pulumi.unsecret(defined.apply(([{ name: own }]) => own));
    const uuid = defined.apply(([given]) =>
      given.uuid === undefined ? run.stdout.apply(readUuid) : pulumi.output(given.uuid),
    );
    this.uuid = pulumi.unsecret(uuid);
    this.registerOutputs({ name: this.name, uuid: this.uuid });
  }

  /** Whether `value` is a `Domain`, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Domain {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === Domain.__pulumiType;
  }
}

/** What `create` and `update` printed. A test with mocks prints nothing. */
function readUuid(stdout: string | undefined): string {
  return stdout === undefined ? "" : (JSON.parse(stdout) as { uuid: string }).uuid;
}

/** Loaded here, so that a program without a `Domain` needs no such package. */
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
