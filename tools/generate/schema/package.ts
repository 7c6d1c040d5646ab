import { providerInputs } from "../../../provider/plugin/settings.js";
import { functionsOf } from "../docstrings.js";
import { RESULTS } from "../function-reference.js";
import { FUNCTION_INPUTS } from "../function-types.js";
import { capital, type Shape } from "../types.js";
import { inputsSpec } from "./inputs.js";
import { languages } from "./languages.js";
import { resources, URI_DEFAULT } from "./resources.js";
import { Declarations } from "./results.js";
import { mapped, token, Types } from "./spec.js";

type Read = (file: string) => string;

interface Manifest {
  version: string;
  description: string;
  homepage: string;
  license: string;
  keywords: string[];
  repository: { url: string };
}

/** Where the results of functions, and the types that outputs are made of, are declared. */
const SOURCES = [
  ...RESULTS,
  "provider/snapshot/outputs.ts",
  "provider/domain/outputs.ts",
  "provider/hypervisor/results.ts",
];

/** `provider/plugin/schema.json`: what Pulumi has to know of the plugin, from the same tables as everything else. */
export function schema(read: Read): string {
  const { version, description, homepage, license, keywords, repository } = JSON.parse(
    read("package.json"),
  ) as Manifest;
  const [place = "", owner = "", name = ""] = /github\.com\/([^/]+)\/([^/.]+)/.exec(repository.url) ?? [];
  const types = new Types();
  const declared = new Declarations(SOURCES.map(read), types);
  const members = {
    resources: resources(declared, types),
    functions: functions(read, declared, types),
  };
  const { properties } = inputsSpec("Provider", providerInputs as unknown as Shape, types);
  // A URI may contain a password.
  const settings = mapped(properties, (spec, key) => (key === "uri" ? { ...spec, secret: true } : spec));
  const text = {
    ...{ name: "virsh", displayName: "virsh (libvirt)", version, description, keywords, homepage, license },
    ...{ repository: `https://${place}`, publisher: owner },
    pluginDownloadURL: `github://api.github.com/${owner}/${name}`,
    language: languages(place),
    config: { variables: settings, defaults: Object.keys(settings) },
    types: types.all(),
    provider: {
      description: "A connection to a libvirt host, and defaults for the resources on it.",
      inputProperties: settings,
    },
    ...members,
  };
  return `${JSON.stringify(text, undefined, 2)}\n`;
}

function functions(read: Read, declared: Declarations, types: Types): Record<string, object> {
  const docs = functionsOf(read("sdk/functions.ts"));
  const all = Object.entries(FUNCTION_INPUTS).map(([name, { entries }]): [string, object] => {
    const table: Shape = { type: "strict_object", entries };
    return [
      token(name),
      {
        description: withoutClass((docs.get(name) ?? []).join("\n\n")),
        inputs: { type: "object", ...inputsSpec(capital(name), table, types, URI_DEFAULT) },
        outputs: { type: "object", ...declared.objectSpec(`${capital(name)}Result`) },
      },
    ];
  });
  return Object.fromEntries(all);
}

/** Only programs in TypeScript see the class of an error. */
function withoutClass(description: string): string {
  return description.replace(/ ?Throws a `QuestionError`[^.]*\./, "");
}
