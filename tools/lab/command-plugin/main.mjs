// The laboratory's own pulumi-resource-command: stands in for the plugin of @pulumi/command where that is missing, and
// knows only `command:local:Command`. The engine starts it with its own address, after options that do not matter here.
import { createRequire } from "node:module";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { servePlugin, unary } from "../plugin-server.mjs";
import { checkInputs } from "./check.mjs";
import { create, previewCreate, previewUpdate, remove, UNKNOWN, update } from "./command.mjs";
import { changesBetween, KINDS } from "./diff.mjs";
import { openLog } from "./log.mjs";
import { endCommands } from "./run.mjs";

const TYPE = "command:local:Command";

/** The engine wants the version that the program's package asks for. @type {{ version: string }} */
const { version } = createRequire(import.meta.url)("@pulumi/command/package.json");

const log = openLog(process.argv.slice(2).findLast((word) => !word.startsWith("-")) ?? "");

/** @typedef {import("./command.mjs").Properties} Properties */

/** @param {InstanceType<typeof struct.Struct> | undefined} message @returns {Properties} */
const plain = (message) => message?.toJavaScript() ?? {};

/** @param {Properties} properties */
const packed = (properties) =>
  struct.Struct.fromJavaScript(/** @type {Record<string, struct.JavaScriptValue>} */ (properties));

/** Refuses what only the real plugin knows. @param {string} urn @returns {string} the name of the resource */
function nameOf(urn) {
  const [, , type = "", name = ""] = urn.split("::");
  if (type.split("$").at(-1) === TYPE) return name;
  throw new Error(`The laboratory's stand-in for pulumi-resource-command knows ${TYPE} only, not ${type}.`);
}

/** @param {string} urn */
const linesOf = (urn) => (/** @type {string} */ line) => log(urn, line);

servePlugin(
  ResourceProviderService,
  {
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
    checkConfig: unary((/** @type {provider.CheckRequest} */ request) =>
      new provider.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary(() => new provider.DiffResponse()),
    // Secrets come plain: the engine marks them again in what comes back.
    configure: unary(() => new provider.ConfigureResponse().setSupportspreview(true)),
    check: unary((/** @type {provider.CheckRequest} */ request) => {
      nameOf(request.getUrn());
      const failures = checkInputs(plain(request.getNews()), UNKNOWN).map(({ property, reason }) =>
        new provider.CheckFailure().setProperty(property).setReason(reason),
      );
      return new provider.CheckResponse().setInputs(request.getNews()).setFailuresList(failures);
    }),
    diff: unary((/** @type {provider.DiffRequest} */ request) => {
      const changes = changesBetween(
        plain(request.getOldInputs()),
        plain(request.getNews()),
        request.getIgnorechangesList(),
      );
      const { DIFF_SOME, DIFF_NONE } = provider.DiffResponse.DiffChanges;
      const response = new provider.DiffResponse()
        .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList([...new Set(changes.map(({ property }) => property))])
        .setReplacesList(changes.flatMap(({ property, replaces }) => (replaces ? [property] : [])))
        .setHasdetaileddiff(true);
      for (const { path, kind, replaces } of changes) {
        const detail = new provider.PropertyDiff().setKind(KINDS[kind][replaces ? "replace" : "update"]);
        response.getDetaileddiffMap().set(path, detail);
      }
      return response;
    }),
    create: unary(async (/** @type {provider.CreateRequest} */ request) => {
      const urn = request.getUrn();
      const inputs = plain(request.getProperties());
      const { id, outputs } = request.getPreview()
        ? previewCreate(nameOf(urn), inputs)
        : await create(nameOf(urn), inputs, linesOf(urn));
      return new provider.CreateResponse().setId(id).setProperties(packed(outputs));
    }),
    read: unary((/** @type {provider.ReadRequest} */ request) =>
      new provider.ReadResponse()
        .setId(request.getId())
        .setProperties(request.getProperties())
        .setInputs(request.getInputs()),
    ),
    update: unary(async (/** @type {provider.UpdateRequest} */ request) => {
      const [olds, news] = [plain(request.getOlds()), plain(request.getNews())];
      const outputs = request.getPreview()
        ? previewUpdate(olds, news)
        : await update(olds, news, linesOf(request.getUrn()));
      return new provider.UpdateResponse().setProperties(packed(outputs));
    }),
    delete: unary(async (/** @type {provider.DeleteRequest} */ request) => {
      await remove(plain(request.getProperties()), linesOf(request.getUrn()));
      return new empty.Empty();
    }),
    cancel: unary(() => {
      void endCommands();
      return new empty.Empty();
    }),
  },
  endCommands,
);
