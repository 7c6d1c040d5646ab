/**
 * What each part of the code may import. Dependencies point down only, so the life cycle knows nothing of Pulumi and
 * one place alone starts processes. `npm run lint` checks it, and test/repo/dependencies.test.ts breaks each rule once.
 */
const errors = "provider/errors.ts";
const xml = "provider/xml/";
const schema = "provider/schema/";
const definition = "provider/definition/";
const capabilities = "provider/capabilities/";
const hypervisor = "provider/hypervisor/";
const virsh = "provider/virsh/";
const snapshot = "provider/snapshot/";
const domain = "provider/domain/";
const functions = "provider/functions/";
const dynamic = "provider/dynamic/";
const plugin = "provider/plugin/";
const command = "provider/command/";
const program = "provider/program/";

/** Facts of a snapshot that a function returns, too. */
const snapshotFacts = ["facts", "identity", "outputs", "state"].map((name) => `provider/snapshot/${name}.ts`);
/** Which host a state belongs to. */
const whichHost = "provider/snapshot/which-host.ts";
/** The environment variables of a command: the program writes them, the command reads them. */
const commandSettings = "provider/command/settings.ts";

/** A line of a preview, with its severity. */
const notice = "provider/hypervisor/notice.ts";
/** The rules for connection URIs, which the inputs and virsh share. */
const uris = "provider/hypervisor/uri.ts";

const belowLifeCycle = [hypervisor, capabilities, definition, schema, xml, errors];
const belowAdapters = [snapshot, domain, functions, virsh, ...belowLifeCycle];

/** From top to bottom. `types` may be imported as types only. Every file in provider/ and sdk/ belongs to one layer. */
const layers = [
  {
    at: "sdk/",
    imports: [command, program, domain, schema, xml, errors],
    types: [snapshot, functions, notice],
  },
  { at: "provider/dynamic-handler.ts", imports: [dynamic] },
  { at: "provider/domain-command.ts", imports: [command] },
  { at: dynamic, imports: belowAdapters },
  { at: plugin, imports: belowAdapters },
  { at: command, imports: belowAdapters },
  { at: program, imports: [commandSettings, ...belowAdapters] },
  { at: snapshot, imports: belowLifeCycle },
  { at: domain, imports: [whichHost, ...belowLifeCycle] },
  { at: functions, imports: [...snapshotFacts, ...belowLifeCycle] },
  { at: virsh, imports: [hypervisor, schema, xml, errors] },
  { at: hypervisor, imports: [xml, errors] },
  { at: capabilities, imports: [schema, xml, errors] },
  { at: definition, imports: [schema, xml, errors] },
  { at: schema, imports: [uris, xml, errors] },
  { at: xml, imports: [errors] },
  { at: errors, imports: [] },
];

/** Packages and modules that only some files may import. */
const restricted = [
  {
    name: "only adapters and sdk import Pulumi",
    modules: "(@pulumi|@grpc|google-protobuf)",
    files: [
      "sdk/",
      "provider/dynamic-handler.ts",
      "provider/domain-command.ts",
      dynamic,
      plugin,
      command,
      program,
    ],
  },
  {
    name: "one file starts processes",
    modules: "(execa|child_process|cluster)",
    files: ["provider/virsh/process.ts"],
  },
  { name: "nothing imports this package by its name", modules: "(pulumi-virsh|dist)", files: [] },
];

const verbs = ["create", "revert", "describe", "delete"];

const pattern = (paths) => `^(${paths.map((path) => path.replaceAll(".", "[.]")).join("|")})`;

const ours = "^(provider|sdk|tools|test|examples)/";

const layerRules = layers.flatMap(({ at, imports, types = [] }) => {
  const name = at.replace(/[.]ts$|[/]$/, "");
  const comment = `${name} may import only ${imports.join(", ") || "nothing"}${types.length > 0 ? `, and types from ${types.join(", ")}` : ""}.`;
  const from = { path: pattern([at]) };
  return [
    {
      name: `dependencies of ${name} point down`,
      comment,
      severity: "error",
      from,
      to: { path: ours, pathNot: pattern([at, ...imports, ...types]) },
    },
    ...(types.length === 0
      ? []
      : [
          {
            name: `${name} imports only types from some layers`,
            comment,
            severity: "error",
            from,
            to: { path: pattern(types), dependencyTypesNot: ["type-only"] },
          },
        ]),
  ];
});

/** It is taken and pruned by the steps of the other verbs. */
const safety = "provider/snapshot/revert/safety.ts";

const verbRules = verbs.map((verb) => ({
  name: `${verb} imports no other verb and no preview`,
  comment:
    "What two verbs need is beside their folders, in provider/snapshot/. Only the safety snapshot uses other verbs.",
  severity: "error",
  from: { path: `^provider/snapshot/${verb}/`, pathNot: pattern([safety]) },
  to: { path: `^provider/snapshot/(${[...verbs, "preview"].filter((other) => other !== verb).join("|")})/` },
}));

export default {
  forbidden: [
    ...layerRules,
    {
      name: "every file belongs to a layer",
      comment: "Give the new folder its place in .dependency-cruiser.mjs.",
      severity: "error",
      from: { path: "^(provider|sdk)/", pathNot: pattern(layers.map(({ at }) => at)) },
      to: {},
    },
    ...verbRules,
    {
      name: "preview imports what a verb looks up, decides and words",
      comment: "A preview stops before anything is done.",
      severity: "error",
      from: { path: "^provider/snapshot/preview/" },
      to: {
        path: `^provider/snapshot/(${verbs.join("|")})/`,
        pathNot: "/(look|decide|lines)[.]ts$",
      },
    },
    ...restricted.map(({ name, modules, files }) => ({
      name,
      comment: files.length === 0 ? "Import the file itself." : `These may: ${files.join(", ")}.`,
      severity: "error",
      from: { path: "^(provider|sdk)/", ...(files.length === 0 ? {} : { pathNot: pattern(files) }) },
      to: { path: `^(node:|node_modules/)?${modules}(/|$)` },
    })),
    {
      name: "no cycle",
      comment: "Move what both files need into a third one.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // Types, too: an import of a type is a dependency.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exoticRequireStrings: ["require.resolve"],
  },
};
