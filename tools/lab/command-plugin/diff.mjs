import { isDeepStrictEqual } from "node:util";
import provider from "@pulumi/pulumi/proto/provider_pb.js";

const { Kind } = provider.PropertyDiff;

/** How the engine is told of each kind of change. */
export const KINDS = {
  add: { update: Kind.ADD, replace: Kind.ADD_REPLACE },
  delete: { update: Kind.DELETE, replace: Kind.DELETE_REPLACE },
  update: { update: Kind.UPDATE, replace: Kind.UPDATE_REPLACE },
};

/**
 * A change at one place. `property`: the input it is in.
 * @typedef {{ property: string, path: string, kind: keyof typeof KINDS, replaces: boolean }} Change
 */

/**
 * What differs between old and new inputs. A list of triggers that comes or goes replaces the resource; one that changes
 * does so, too, by the option `replaceOnChanges` that the SDK of @pulumi/command sets.
 * @param {Record<string, unknown>} olds @param {Record<string, unknown>} news @param {readonly string[]} ignored
 * @returns {Change[]}
 */
export function changesBetween(olds, news, ignored) {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  return names
    .filter((name) => name !== "version" && !name.startsWith("__") && !ignored.includes(name))
    .flatMap((property) =>
      changesAt(property, olds[property], news[property]).map(({ path, kind }) => ({
        property,
        path,
        kind,
        replaces: path === "triggers",
      })),
    );
}

/** @param {string} path @param {unknown} old @param {unknown} now @returns {{ path: string, kind: keyof typeof KINDS }[]} */
function changesAt(path, old, now) {
  if (isDeepStrictEqual(old, now)) return [];
  if (old === undefined) return [{ path, kind: "add" }];
  if (now === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }, (_, index) =>
      changesAt(`${path}[${index}]`, old[index], now[index]),
    ).flat();
  }
  if (isMap(old) && isMap(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    return keys.flatMap((key) => changesAt(below(path, key), old[key], now[key]));
  }
  return [{ path, kind: "update" }];
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isMap(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {string} path @param {string} key */
function below(path, key) {
  return /[."[\]]/.test(key) || key === "" ? `${path}["${key.replaceAll('"', '\\"')}"]` : `${path}.${key}`;
}
