import { AsyncResource } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { uncheckedLine } from "../provider/command/preview.js";
import { variables } from "../provider/command/settings.js";
import { DeclaredDomains, type DeclaredDomain, type Standing } from "../provider/program/declared-domains.js";
import { checkXml } from "../provider/program/domain-inputs.js";
import type { DomainArgs } from "./generated/domain-types.js";
import { refused, whichDomain } from "./domain-inputs.js";
import { placeOf } from "./domain-options.js";
import { takesHooks, valueOf, type Lines } from "./preview-domain.js";

/** What each run of a program declares. One process may run several programs. */
const runs = new WeakMap<object, DeclaredDomains<Declared>>();

const APPLY = placeOf(variables.apply);
/** In states of earlier versions it is absent, which is to stay no difference. */
const SECRET = placeOf(variables.secret);
/** Holds the domain's name in every state. A change of it would replace the command. */
const NAME = "triggers";

/** What a program declares of a domain that exists. */
interface Declared {
  xml: pulumi.Input<string>;
  /** Known in a preview once an update is pending; the domain keeps it. */
  uuid?: string | undefined;
}

interface HostLook {
  declared: Declared;
  /** `PULUMI_VIRSH_APPLY`: another text than the recorded one where the declaration has to be applied again. */
  apply: pulumi.Output<string>;
  options: Pick<pulumi.CustomResourceOptions, "ignoreChanges" | "transforms">;
}

/**
 * Looks at the host, so that the engine shows an update where the declared definition is not in force there, although
 * no input has changed. Normally changes of `PULUMI_VIRSH_APPLY` are ignored, so the recorded text stays; a transform
 * takes that back once the look has shown a difference. It also decides whether another name means another domain:
 * normally it does not, and the domain is renamed in place.
 */
export function hostLook(name: string, args: DomainArgs, ignored: readonly string[], lines: Lines): HostLook {
  const ignoreChanges = [...new Set([...ignored, APPLY, NAME, SECRET])];
  const declared: Declared = { xml: args.xml };
  const run = runOfProgram();
  if (run === undefined) return { declared, apply: pulumi.output(""), options: { ignoreChanges } };
  const once = whichDomain(args, (given) => declaredOnce(run, name, given, declared));
  // The state holds what the program does not know: the definition that is kept, or the URI.
  const isKept = ["stdin", placeOf(variables.uri)].some((place) => ignored.includes(place));
  let standing: Standing | undefined;
  const apply = once.apply(async (domain) => {
    if (domain === undefined || isKept) return "";
    standing = await run.find(domain);
    if (typeof standing === "object") await lines.show(uncheckedLine(domain.name, standing.unseen));
    if (noLongerIgnored(standing).length === 0) return "";
    // Unknown in a preview, so that a saved plan accepts every text.
    return pulumi.runtime.isDryRun() ? (pulumi.unknown as unknown as string) : randomUUID();
  });
  const transform: pulumi.ResourceTransform = async ({ props, opts }) => {
    const dropped = noLongerIgnored(standing);
    if (dropped.length === 0) return undefined;
    // Serialized here, because outside of its own context an inline program would lose what is secret.
    const kept = await pulumi.runtime.serializeProperties(name, props, { keepOutputValues: true });
    const remaining = (opts.ignoreChanges ?? []).filter((place) => !dropped.includes(place));
    return { props: kept, opts: { ...opts, ignoreChanges: remaining } };
  };
  // Neither a secret XML nor a secret URI makes it one.
  return {
    declared,
    apply: pulumi.unsecret(apply),
    options: { ignoreChanges, transforms: [AsyncResource.bind(transform)] },
  };
}

/** The changes that count after all. */
function noLongerIgnored(standing: Standing | undefined): string[] {
  if (standing === "not in force" || standing === "absent") return [APPLY];
  return standing === "new" ? [APPLY, NAME] : [];
}

/**
 * For `domain`'s snapshots: the XML that this program declares for it, whether that is a secret, and which
 * domain it is. A revert goes back from that XML, not from the definition that the host has before the update, and the
 * host may know the domain under its old name until then.
 */
export function declaredDefinition(
  domain: pulumi.Input<string>,
  uri: pulumi.Input<string | undefined>,
): pulumi.Output<{ xml: string; secret: boolean; uuid?: string } | undefined> | undefined {
  const run = runOfProgram();
  if (run === undefined) return undefined;
  const definition = pulumi.all([domain, uri]).apply(async ([name, where = ""]) => {
    const definition = run.definitionOf(name, where);
    if (definition === undefined) return undefined;
    const { xml, uuid } = definition;
    const secret = await pulumi.isSecret(pulumi.output(xml));
    // An update needs to know only that it is a secret.
    if (!pulumi.runtime.isDryRun()) return secret ? { xml: "", secret } : undefined;
    // As a plain value: a saved plan must not hold dependencies that only a preview has.
    return { xml: secret ? "" : await valueOf(xml), secret, ...(uuid === undefined ? {} : { uuid }) };
  });
  return pulumi.unsecret(definition);
}

function declaredOnce(
  run: DeclaredDomains<Declared>,
  resource: string,
  declared: DeclaredDomain,
  definition: Declared,
): (DeclaredDomain & { name: string }) | undefined {
  const checked = checkXml(declared.xml);
  // The Domain itself reports what is wrong with its XML.
  if ("refused" in checked) return undefined;
  const problem = run.declare(resource, checked.value, declared.uri);
  if (problem !== undefined) throw refused(resource, problem);
  run.keep(checked.value, declared.uri, definition);
  return { ...declared, name: checked.value.name };
}

/** `undefined` under mocks, where no host is to be asked. */
function runOfProgram(): DeclaredDomains<Declared> | undefined {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined || !takesHooks()) return undefined;
  const run = runs.get(monitor) ?? new DeclaredDomains<Declared>();
  runs.set(monitor, run);
  return run;
}
