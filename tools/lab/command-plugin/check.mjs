/** @typedef {{ property: string, reason: string }} Failure */

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** What the real plugin knows besides, and the stand-in does not. */
const NOT_HERE = ["assetPaths", "archivePaths"];

/** @type {Record<string, [(value: unknown) => boolean, string]>} */
const INPUTS = {
  create: [isText, "a string"],
  update: [isText, "a string"],
  delete: [isText, "a string"],
  triggers: [Array.isArray, "a list"],
  stdin: [isText, "a string"],
  dir: [isText, "a string"],
  logging: [(value) => LOGGING.includes(String(value)), `one of ${LOGGING.join(", ")}`],
  interpreter: [(value) => Array.isArray(value) && value.every(isText), "a list of strings"],
  environment: [isTextMap, "a map of strings"],
  addPreviousOutputInEnv: [(value) => typeof value === "boolean", "a boolean"],
};

/** What is wrong with the inputs. @param {Record<string, unknown>} inputs @returns {Failure[]} */
export function checkInputs(inputs) {
  return Object.entries(inputs).flatMap(([property, value]) => {
    if (NOT_HERE.includes(property)) {
      return [{ property, reason: "the laboratory's stand-in for pulumi-resource-command does not support it" }];
    }
    const [fits, kind] = INPUTS[property] ?? [() => true, ""];
    return value === null || value === UNKNOWN || fits(value) ? [] : [{ property, reason: `must be ${kind}` }];
  });
}

/** @param {unknown} value */
function isText(value) {
  return typeof value === "string";
}

/** @param {unknown} value */
function isTextMap(value) {
  return typeof value === "object" && value !== null && Object.values(value).every(isText);
}
