import { providerInputs } from "../../../provider/plugin/provider-inputs.js";
import { snapshotInputs } from "../../../provider/snapshot/inputs.js";
import { outputDocs } from "../../../provider/snapshot/outputs.js";
import { functionsOf } from "../docstrings.js";
import { RESULTS } from "../function-reference.js";
import { FUNCTION_INPUTS } from "../function-types.js";
import { defaultText } from "../sdk.js";
import { capital, factsOf, type Shape } from "../types.js";
import { inputsSpec, type Defaults } from "./inputs.js";
import { languages } from "./languages.js";
import { Declarations } from "./results.js";
import { objectSpec, token, Types, type ObjectSpec, type PropertySpec } from "./spec.js";

type Read = (file: string) => string;

interface Manifest {
  version: string;
  homepage: string;
  license: string;
  keywords: string[];
  repository: { url: string };
}

/** `provider/plugin/schema.json`: what Pulumi has to know of the plugin, from the same tables as everything else. */
export function schema(read: Read): string {
  const types = new Types();
  const declared = new Declarations(SOURCES.map(read), types);
  const { version, homepage, license, keywords, repository } = JSON.parse(read("package.json")) as Manifest;
  const [, owner = "", name = ""] = /github\.com\/([^/]+)\/([^/.]+)/.exec(repository.url) ?? [];
  const provider = inputsSpec("Provider", providerInputs as unknown as Shape, types);
  provider.properties = secretly(provider.properties, ["uri"]);
  const parts = {
    config: { variables: provider.properties, defaults: Object.keys(provider.properties) },
    provider: {
      description: "The connection to a libvirt host, and the defaults of the resources on it.",
      ...{ inputProperties: provider.properties },
    },
    resources: { [token("Snapshot")]: snapshot(declared, types) },
    functions: functions(read, declared, types),
  };
  const text = {
    ...{ name: "virsh", displayName: "virsh (libvirt)", version },
    description:
      "VM snapshots of libvirt as code: take a checkpoint, preview what a revert will lose, go back.",
    keywords: keywords.filter((keyword) => keyword !== "virsh"),
    ...{ homepage, license, repository: `https://github.com/${owner}/${name}`, publisher: owner },
    pluginDownloadURL: `github://api.github.com/${owner}/${name}`,
    meta: { moduleFormat: "(.*)" },
    language: languages(`github.com/${owner}/${name}`),
    config: parts.config,
    types: types.all(),
    ...{ provider: parts.provider, resources: parts.resources, functions: parts.functions },
  };
  return `${JSON.stringify(text, undefined, 2)}\n`;
}

/** Where the results of functions, and the types that outputs are made of, are declared. */
const SOURCES = [...RESULTS, "provider/snapshot/outputs.ts", "provider/hypervisor/results.ts"];

/** What stands for an absent input, where the provider's configuration may say it. */
function providerDefaults(table: Shape): Defaults {
  const revert = table.entries?.["revert"]?.wrapped?.entries ?? {};
  const own = [
    ...["timeoutSeconds", "quiesce"].map((key) => [key, table.entries?.[key]] as const),
    ...["onDrift", "to", "force", "resetNvram", "safetySnapshot"].map(
      (key) => [`revert.${key}`, revert[key]] as const,
    ),
  ].flatMap(([path, input]) => {
    const facts = input === undefined ? undefined : factsOf(input);
    return facts === undefined
      ? []
      : [[path, `\`${path}\` of the provider, else ${defaultText(facts) ?? "none"}`]];
  });
  return { ...URI_DEFAULT, ...(Object.fromEntries(own) as Defaults) };
}

const URI_DEFAULT: Defaults = { uri: "`uri` of the provider, else virsh's own default" };

function snapshot(declared: Declarations, types: Types): object {
  const table = snapshotInputs as unknown as Shape;
  const { properties: inputProperties, required: requiredInputs } = inputsSpec(
    ...(["Snapshot", table, types, providerDefaults(table)] as const),
  );
  const facts = Object.entries(outputDocs).map(([key, { type, doc }]): [string, PropertySpec] => [
    key,
    declared.valueSpec(key, type, doc),
  ]);
  const always = Object.entries(outputDocs).filter(([, { type }]) => !type.endsWith("| undefined"));
  const all = { ...withoutReplacement(inputProperties), ...Object.fromEntries(facts) };
  const query = inputsSpec("ListSnapshots", LIST_QUERY, types, URI_DEFAULT);
  return {
    description: SNAPSHOT,
    ...objectSpec(all, ["domain", "name", ...always.map(([key]) => key)]),
    ...{ inputProperties, requiredInputs },
    listInputs: { ...query, required: undefined },
    aliases: [{ type: "pulumi-nodejs:dynamic/virsh:Snapshot" }],
  };
}

const SNAPSHOT = `A libvirt snapshot of a virtual machine. Creating the resource takes the snapshot, a change of \`revert.triggers\` reverts the virtual machine to it, and destroying the resource deletes it.

## Import

The ID is the domain's name or UUID, a slash, and the snapshot's name:

\`\`\`sh
$ pulumi import virsh:index:Snapshot checkpoint debian12/before-upgrade
\`\`\`
`;

/** A list is filtered as \`getSnapshots\` is; without a domain, it is that of the whole host. */
const LIST_QUERY: Shape = { type: "strict_object", entries: FUNCTION_INPUTS["getSnapshots"]?.entries ?? {} };

function functions(read: Read, declared: Declarations, types: Types): Record<string, object> {
  const docs = functionsOf(read("sdk/functions.ts"));
  const all = Object.entries(FUNCTION_INPUTS).map(([name, { entries }]) => {
    const table: Shape = { type: "strict_object", entries };
    const description = (docs.get(name) ?? []).join("\n\n").replace(/ ?Throws a `QuestionError`[^.]*\./, "");
    const inputs = { type: "object", ...inputsSpec(capital(name), table, types, URI_DEFAULT) };
    const outputs = { type: "object", ...declared.objectSpec(`${capital(name)}Result`) };
    return [token(name), { description, inputs, outputs }];
  });
  return Object.fromEntries(all) as Record<string, object>;
}

function secretly(properties: ObjectSpec["properties"], secrets: string[]): ObjectSpec["properties"] {
  const entries = Object.entries(properties).map(([key, spec]): [string, PropertySpec] =>
    secrets.includes(key) ? [key, { ...spec, secret: true }] : [key, spec],
  );
  return Object.fromEntries(entries);
}

/** What a change of an input needs is said once, where it is an input. */
function withoutReplacement(properties: ObjectSpec["properties"]): ObjectSpec["properties"] {
  const entries = Object.entries(properties).map(([key, { willReplaceOnChanges: _, ...spec }]) => [
    key,
    spec,
  ]);
  return Object.fromEntries(entries) as ObjectSpec["properties"];
}
