/** @typedef {{ property: string, reason: string }} Failure */

/** What the real plugin knows besides, and the stand-in does not. */
const NOT_SUPPORTED = ["assetPaths", "archivePaths"];

/** What each input takes. @type {Record<string, "string" | "boolean" | "list" | "strings" | "map">} */
const INPUTS = {
  create: "string",
  update: "string",
  delete: "string",
  triggers: "list",
  stdin: "string",
  dir: "string",
  logging: "string",
  interpreter: "strings",
  environment: "map",
  addPreviousOutputInEnv: "boolean",
};

/**
 * What is wrong with the inputs. A value that is not known yet arrives as a string, and is right anywhere.
 * @param {Record<string, unknown>} inputs @param {string} unknown
 * @returns {Failure[]}
 */
export function checkInputs(inputs, unknown) {
  const isText = (/** @type {unknown} */ value) => typeof value === "string" || value === null;
  return Object.entries(inputs).flatMap(([property, value]) => {
    if (NOT_SUPPORTED.includes(property)) {
      return [
        { property, reason: "the laboratory's stand-in for pulumi-resource-command does not support it" },
      ];
    }
    if (value === null || value === unknown) return [];
    const refuse = (/** @type {string} */ reason, where = property) => [{ property: where, reason }];
    switch (INPUTS[property]) {
      case undefined:
        return refuse(`command:local:Command has no input ${property}`);
      case "string":
        return isText(value) ? [] : refuse("it takes a string");
      case "boolean":
        return typeof value === "boolean" ? [] : refuse("it takes true or false");
      case "list":
        return Array.isArray(value) ? [] : refuse("it takes a list");
      case "strings":
        return Array.isArray(value) && value.every(isText) ? [] : refuse("it takes a list of strings");
      case "map": {
        if (typeof value !== "object") return refuse("it takes a map of strings");
        const wrong = Object.entries(value).filter(([, each]) => !isText(each));
        return wrong.flatMap(([key]) => refuse("it takes a string", `${property}[${key}] value`));
      }
    }
  });
}
