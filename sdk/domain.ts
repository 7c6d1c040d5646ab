import { createRequire } from "node:module";
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { variables } from "../provider/command/settings.js";
import type { RecordedDomain } from "../provider/domain/declaration.js";
import type { DomainIdentity } from "../provider/xml/definition.js";
import type { DomainArgs } from "./generated/domain-types.js";
import { environmentOf, identityOf, refused } from "./domain-inputs.js";
import { dividedOptions } from "./domain-options.js";
import { hostLook } from "./domain-standing.js";
import { Lines, previewHooks } from "./preview-domain.js";

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
 * XML redefines it in place. Destroying it shuts the domain down and undefines it with the NVRAM that
 * libvirt generated for it, but never its disks.
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
 * Every preview and every update looks at the host. Where it has another definition than the declared one, because a
 * snapshot was reverted, an update failed or someone else changed it, the preview shows an update, which applies the
 * declared definition again. A refresh does not look at domains.
 */
export class Domain extends pulumi.ComponentResource {
  /** @internal */
  static readonly __pulumiType = "virsh:index:Domain";

  /**
   * The domain's name (`name`), known in previews. A resource that uses it is created after the domain and deleted
   * before it.
   */
  readonly name: pulumi.Output<string>;
  /** The domain's UUID (`uuid`). A preview of a create knows it only if the XML contains it. */
  readonly uuid: pulumi.Output<string>;
  /**
   * What the domain did when the last create or update ended, in libvirt's words (`domstate`): `running`, `paused`,
   * `shut off`, …. This and the following outputs are missing as long as an earlier version of this package recorded
   * the domain.
   */
  readonly state: pulumi.Output<string | undefined>;
  /** Whether it was then running or paused. */
  readonly running: pulumi.Output<boolean | undefined>;
  /** Whether it then started together with its host (`autostart`). */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** Whether it then had a definition that stays when it stops (`persistent`). */
  readonly persistent: pulumi.Output<boolean | undefined>;

  /**
   * @param name The resource's name. The domain's own name is in the XML.
   * @param args The inputs.
   * @param opts Pulumi's resource options.
   */
  constructor(name: string, args: DomainArgs, opts?: pulumi.ComponentResourceOptions) {
    const options = dividedOptions(name, opts);
    super(Domain.__pulumiType, name, {}, options.own);
    const identity = identityOf(name, args.xml);
    const environment = environmentOf(name, args);
    const lines = new Lines(this);
    const { ignoreChanges, replaceOnChanges } = options.command;
    const look = hostLook(name, args, ignoreChanges, lines);
    const { local } = commandPackage(name);
    const updates = (stdout: string) => (look.declared.uuid = readPrinted(stdout).uuid);
    const run = new local.Command(
      name,
      {
        ...COMMANDS,
        interpreter: ["node", "-e"],
        environment: { ...environment, [variables.apply]: look.apply },
        stdin: args.xml,
        triggers: [pulumi.unsecret(identity.name)],
      },
      {
        parent: this,
        deleteBeforeReplace: true,
        replaceOnChanges,
        ...look.options,
        // It contains a digest of the XML, which may be a secret.
        additionalSecretOutputs: ["stdout"],
        hooks: previewHooks(
          lines,
          name,
          pulumi.output({ xml: args.xml, environment }),
          ignoreChanges,
          updates,
        ),
      },
    );
    // The URN is known in previews, too. Through it, whatever uses the outputs depends on the command.
    const defined = pulumi.all([identity, run.urn]);
    const printed = run.stdout.apply(readPrinted);
    // None of them is a secret, even if the XML or the URI is one.
    this.name = pulumi.unsecret(defined.apply(([{ name: own }]) => own));
    const uuid = defined.apply(([given]) => {
      // An update keeps it, and a preview does not know yet what the update will print.
      const known = given.uuid ?? look.declared.uuid;
      return known === undefined ? printed.apply((domain) => domain.uuid ?? "") : pulumi.output(known);
    });
    this.uuid = pulumi.unsecret(uuid);
    this.state = pulumi.unsecret(printed.apply((domain) => domain.state));
    this.running = pulumi.unsecret(printed.apply((domain) => domain.running));
    this.autostart = pulumi.unsecret(printed.apply((domain) => domain.autostart));
    this.persistent = pulumi.unsecret(printed.apply((domain) => domain.persistent));
    const { state, running, autostart, persistent } = this;
    this.registerOutputs({ name: this.name, uuid: this.uuid, state, running, autostart, persistent });
    if (ignoreChanges.includes("stdin")) refuseOtherName(name, identity, printed);
  }

  /** Whether `value` is a `Domain`, including one from another copy of this package. */
  static override isInstance(value: unknown): value is Domain {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === Domain.__pulumiType;
  }
}

/** The name of a domain that was given as a resource or as a name. */
export function nameOf(domain: Domain | pulumi.Input<string>): pulumi.Input<string> {
  return Domain.isInstance(domain) ? domain.name : domain;
}

/** What `create` and `update` print. Earlier versions printed less. */
type Printed = Partial<Omit<RecordedDomain, "xmlSha256">>;

/** Under mocks nothing was printed. */
function readPrinted(stdout: string | undefined): Printed {
  return stdout === undefined ? {} : (JSON.parse(stdout) as Printed);
}

/** With changes of the XML ignored, the domain keeps the name that it has. */
function refuseOtherName(
  resource: string,
  identity: pulumi.Output<DomainIdentity>,
  printed: pulumi.Output<Printed>,
): void {
  pulumi.all([identity, printed]).apply(([{ name }, { name: kept = name }]) => {
    if (kept === name) return;
    const said = `xml has the name ${JSON.stringify(name)}, but ignoreChanges keeps the domain ${JSON.stringify(kept)}`;
    throw refused(resource, `${said}. Keep <name> as it is, or remove "xml" from ignoreChanges.`);
  });
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
