import { domainInputs } from "../../../provider/domain/inputs.js";
import { domainInputsAsOutputs, domainOutputDocs } from "../../../provider/domain/outputs.js";
import { listInputs } from "../../../provider/plugin/list-snapshots.js";
import { snapshotInputs } from "../../../provider/snapshot/inputs.js";
import { outputDocs } from "../../../provider/snapshot/outputs.js";
import type { Shape } from "../types.js";
import { inputsSpec, orProvider, type Defaults } from "./inputs.js";
import type { Declarations } from "./results.js";
import { mapped, objectSpec, token, type Properties, type Types } from "./spec.js";

/** The default of \`uri\` everywhere: the text of the tables is that of the dynamic provider. */
export const URI_DEFAULT: Defaults = { uri: { text: "`uri` of the provider, else virsh's own default" } };

/** The resources of the plugin, by their token. */
export function resources(declared: Declarations, types: Types): Record<string, object> {
  return {
    [token("Domain")]: domain(declared, types),
    [token("Snapshot")]: snapshot(declared, types),
  };
}

function snapshot(declared: Declarations, types: Types): object {
  const table = snapshotInputs as unknown as Shape;
  const { properties: inputProperties, required: requiredInputs = [] } = inputsSpec(
    ...(["Snapshot", table, types, snapshotDefaults(table)] as const),
  );
  const { properties: query } = inputsSpec(
    "ListSnapshots",
    listInputs as unknown as Shape,
    types,
    URI_DEFAULT,
  );
  return {
    description: SNAPSHOT,
    ...outputs(inputProperties, [...requiredInputs, "name"], declared, outputDocs),
    ...{ inputProperties, requiredInputs },
    listInputs: { properties: query },
    // So a resource that the dynamic provider made is the same one.
    aliases: [{ type: "pulumi-nodejs:dynamic/virsh:Snapshot" }],
  };
}

function domain(declared: Declarations, types: Types): object {
  const { properties: inputProperties, required: requiredInputs = [] } = inputsSpec(
    ...(["Domain", domainInputs as unknown as Shape, types, URI_DEFAULT] as const),
  );
  const { uri } = listInputs.entries as unknown as Record<string, Shape>;
  const list: Shape = { type: "strict_object", entries: uri === undefined ? {} : { uri } };
  const { properties: query } = inputsSpec("ListDomains", list, types, URI_DEFAULT);
  const read = mapped(inputProperties, (spec, key) => {
    const description = domainInputsAsOutputs[key];
    return description === undefined ? spec : { ...spec, description };
  });
  const always = Object.keys(domainInputsAsOutputs);
  return {
    description: DOMAIN,
    ...outputs(read, always, declared, domainOutputDocs),
    ...{ inputProperties, requiredInputs },
    listInputs: { properties: query },
  };
}

/** The outputs: every input, and what is known beside them. */
function outputs(
  inputs: Properties,
  always: readonly string[],
  declared: Declarations,
  docs: Record<string, { type: string; doc: string }>,
): object {
  // What a change of an input needs is said once, where it is an input.
  const given = mapped(inputs, ({ willReplaceOnChanges: _, ...spec }) => spec);
  const facts = Object.entries(docs).map(([key, { type, doc }]) => [key, declared.valueSpec(key, type, doc)]);
  const known = Object.keys(docs).filter((key) => !docs[key]?.type.endsWith("| undefined"));
  return objectSpec({ ...given, ...(Object.fromEntries(facts) as Properties) }, [...always, ...known]);
}

function snapshotDefaults(table: Shape): Defaults {
  const { revert, timeoutSeconds, quiesce } = table.entries ?? {};
  const parts = Object.entries(revert?.wrapped?.entries ?? {}).filter(([key]) => key !== "triggers");
  const entries = parts.map(([key, part]) => [key, { text: orProvider(`revert.${key}`, part) }] as const);
  return {
    ...URI_DEFAULT,
    timeoutSeconds: { text: orProvider("timeoutSeconds", timeoutSeconds) },
    quiesce: { text: orProvider("quiesce", quiesce) },
    revert: { entries: Object.fromEntries(entries) },
  };
}

const SNAPSHOT = `A libvirt snapshot of a virtual machine. Creating the resource takes the snapshot, a change of \`revert.triggers\` reverts the virtual machine to it, and destroying the resource deletes it.

## Import

The ID is the domain's name or UUID, a slash, and the snapshot's name:

\`\`\`sh
$ pulumi import virsh:index:Snapshot checkpoint debian12/before-upgrade
\`\`\`
`;

const DOMAIN = `A libvirt domain (virtual machine), given by its XML. Creating the resource defines it, and starts it unless \`running\` is false; a change redefines it in place; destroying the resource stops and undefines it, and leaves its disk images. A preview compares it with what the host has.

## Import

The ID is the domain's UUID, or its name:

\`\`\`sh
$ pulumi import virsh:index:Domain vm debian12
\`\`\`
`;
