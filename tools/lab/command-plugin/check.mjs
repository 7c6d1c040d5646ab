/** @typedef {{ property: string, reason: string }} Failure */

/** What the real plugin knows besides, and the stand-in does not. */
const NOT_SUPPORTED = ["assetPaths", "archivePaths"];

/** @param {unknown} value */
const isText = (value) => typeof value === "string" || value === null;

/** What an input takes, and how that is recognized. */
const TEXT = { name: "a string", fits: isText };
const FLAG = { name: "true or false", fits: (/** @type {unknown} */ value) => typeof value === "boolean" };
const LIST = { name: "a list", fits: Array.isArray };
const TEXTS = {
  name: "a list of strings",
  fits: (/** @type {unknown} */ value) => Array.isArray(value) && value.every(isText),
};
const MAP = { name: "a map of strings", fits: (/** @type {unknown} */ value) => typeof value === "object" };

/** @type {Record<string, { name: string, fits: (value: unknown) => boolean }>} */
const INPUTS = {
  create: TEXT,
  update: TEXT,
  delete: TEXT,
  triggers: LIST,
  stdin: TEXT,
  dir: TEXT,
  logging: TEXT,
  interpreter: TEXTS,
  environment: MAP,
  addPreviousOutputInEnv: FLAG,
};

/**
 * What is wrong with the inputs. A value that is not known yet arrives as the string `unknown`, and is right anywhere.
 * @param {Record<string, unknown>} inputs @param {string} unknown
 * @returns {Failure[]}
 */
export function checkInputs(inputs, unknown) {
  const given = Object.entries(inputs).filter(([, value]) => value !== null && value !== unknown);
  return given.flatMap(([property, value]) => {
    const input = INPUTS[property];
    if (NOT_SUPPORTED.includes(property)) {
      const reason = "the laboratory's stand-in for pulumi-resource-command does not support it";
      return [{ property, reason }];
    }
    if (input === undefined) return [{ property, reason: `command:local:Command has no input ${property}` }];
    if (!input.fits(value)) return [{ property, reason: `it takes ${input.name}` }];
    const wrong = input === MAP ? Object.entries(value ?? {}).filter(([, each]) => !isText(each)) : [];
    return wrong.map(([key]) => ({ property: `${property}[${key}] value`, reason: "it takes a string" }));
  });
}
