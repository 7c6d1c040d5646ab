/**
 * The arrows between the rooms of the code, as a lint rule: what a file of one room may import. Arrows point
 * down only, so the life cycle knows nothing of Pulumi and one place alone starts processes.
 */
import path from "node:path";

const errors = "provider/errors.ts";
const below = {
  xml: [errors],
  virsh: [errors, "provider/xml"],
  domain: [errors, "provider/xml", "provider/virsh"],
  snapshot: [errors, "provider/xml", "provider/virsh", "provider/domain"],
  definition: [errors, "provider/xml", "provider/virsh"],
  questions: [errors, "provider/xml", "provider/virsh", "provider/domain", "provider/snapshot"],
  adapter: [
    errors,
    "provider/xml",
    "provider/virsh",
    "provider/domain",
    "provider/snapshot",
    "provider/questions",
  ],
};

/** The interfaces that a host serves: they lie above it, with those who need them. */
const served = ["provider/snapshot/host.ts", "provider/definition/host.ts", "provider/questions/host.ts"];

/** `types`: what may be imported too, as types only. */
const rooms = [
  { at: errors, imports: [] },
  { at: "provider/xml", imports: below.xml },
  { at: "provider/virsh", imports: below.virsh, types: served },
  { at: "provider/domain", imports: below.domain, types: ["provider/snapshot/host.ts"] },
  { at: "provider/snapshot", imports: below.snapshot },
  { at: "provider/definition", imports: below.definition, types: served },
  { at: "provider/questions", imports: below.questions },
  { at: "provider/dynamic", imports: below.adapter },
  { at: "provider/plugin", imports: below.adapter },
  { at: "provider/dynamic-handler.ts", imports: [...below.adapter, "provider/dynamic"] },
  { at: "provider/command", imports: [...below.definition, "provider/definition"] },
  { at: "provider/domain-command.ts", imports: ["provider/command"] },
  { at: "sdk", imports: ["provider"] },
];

/** Packages that only some places may import. */
const guarded = [
  {
    packages: /^(@pulumi|@grpc|google-protobuf)(\/|$)/,
    places: ["provider/dynamic", "provider/plugin", "provider/dynamic-handler.ts", "sdk"],
  },
  { packages: /^(execa|(node:)?(child_process|cluster))$/, places: ["provider/virsh/process.ts"] },
  { packages: /^pulumi-virsh(\/|$)/, places: [] },
];

const lies = (file, places) => places.some((place) => file === place || file.startsWith(`${place}/`));

/** Why `file` may not import `specifier`, if it may not. */
function objection(file, room, specifier, typesOnly) {
  if (!specifier.startsWith(".")) {
    const guard = guarded.find(({ packages }) => packages.test(specifier));
    return guard && !lies(file, guard.places) ? "package" : undefined;
  }
  const target = path.posix.join(path.posix.dirname(file), specifier.replace(/\.js$/, ".ts"));
  const allowed = [room.at, ...room.imports, ...(typesOnly ? (room.types ?? []) : [])];
  return lies(target, allowed) ? undefined : "room";
}

function typesOnly(node) {
  const inline = (node.specifiers ?? []).map((specifier) => specifier.importKind ?? specifier.exportKind);
  return (
    [node.importKind, node.exportKind].includes("type") ||
    (inline.length > 0 && inline.every((kind) => kind === "type"))
  );
}

export default {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      room: '{{room}} must not import "{{specifier}}": arrows between rooms point down only.',
      package: '"{{specifier}}" must not be imported by {{file}}.',
      homeless: "{{file}} lies in no room; give it one in eslint.arrows.mjs.",
    },
  },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join("/");
    const room = rooms.find(({ at }) => lies(file, [at]));
    if (room === undefined) {
      return { Program: (node) => context.report({ node, messageId: "homeless", data: { file } }) };
    }
    const check = (node, source, onlyTypes) => {
      if (typeof source?.value !== "string") return;
      const messageId = objection(file, room, source.value, onlyTypes);
      if (messageId === undefined) return;
      context.report({ node, messageId, data: { file, room: room.at, specifier: source.value } });
    };
    const declaration = (node) => check(node, node.source, typesOnly(node));
    return {
      ImportDeclaration: declaration,
      ExportNamedDeclaration: declaration,
      ExportAllDeclaration: declaration,
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source, true),
      TSExternalModuleReference: (node) => check(node, node.expression, typesOnly(node.parent)),
      "CallExpression[callee.name='require']": (node) => check(node, node.arguments[0], false),
      "CallExpression[callee.object.name='require']": (node) => check(node, node.arguments[0], false),
    };
  },
};
