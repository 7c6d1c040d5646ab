import { createRequire } from "node:module";
import { join } from "node:path";

/** @typedef {import("@pulumi/pulumi/proto/language_pb.js").RunRequest} RunRequest */
/** @typedef {import("@pulumi/pulumi/proto/language_pb.js").ProgramInfo} ProgramInfo */

/** The SDK's own program runner, as the program finds the SDK. */
const RUNNER = "@pulumi/pulumi/cmd/run";

/** The options of `runtime` in Pulumi.yaml. @typedef {{ typescript: boolean, tsconfig: string, nodeargs: string }} Options */

/**
 * The words of the command that runs a program: Node.js, its options, the SDK's runner with what the engine says of
 * the deployment, the program's entry point.
 * @param {RunRequest} request @param {string} engineAddress
 * @returns {string[]}
 */
export function commandLine(request, engineAddress) {
  const info = infoOf(request);
  const settings = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: info.getProgramDirectory(),
    parallel: String(request.getParallel()),
  };
  return [
    "node",
    ...splitWords(optionsOf(info).nodeargs),
    runnerFor(info.getProgramDirectory()),
    ...Object.entries(settings).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

/** What the runner reads from its environment. @param {RunRequest} request @returns {Record<string, string>} */
export function environmentOf(request) {
  const { typescript, tsconfig } = optionsOf(infoOf(request));
  /** @type {Record<string, string>} */
  const config = {};
  request.getConfigMap().forEach((value, key) => {
    config[longKey(key)] = value;
  });
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

/** @param {RunRequest} request @returns {ProgramInfo} */
function infoOf(request) {
  const info = request.getInfo();
  if (info === undefined)
    throw new Error("This engine does not say where the program is: it is older than 3.216.");
  return info;
}

/** @param {ProgramInfo} info @returns {Options} */
function optionsOf(info) {
  const { typescript = true, tsconfig = "", nodeargs = "" } = info.getOptions()?.toJavaScript() ?? {};
  return { typescript: typescript === true, tsconfig: String(tsconfig), nodeargs: String(nodeargs) };
}

/** The runner reads keys in the form that older SDKs know, too: `project:config:name`. @param {string} key */
function longKey(key) {
  const parts = key.split(":");
  return parts.length === 2 ? parts.join(":config:") : key;
}

/** @param {string} programDirectory */
function runnerFor(programDirectory) {
  try {
    return createRequire(join(programDirectory, "program.js")).resolve(RUNNER);
  } catch {
    throw new Error(
      `${programDirectory} has no @pulumi/pulumi in its node_modules, nor has a folder above it. Run npm install there.`,
    );
  }
}

/** Words apart by blanks; quotes keep blanks. @param {string} text @returns {string[]} */
function splitWords(text) {
  return (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replaceAll(/["']/g, ""));
}
