import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { runCommand } from "./run.mjs";

/** The inputs, as far as they matter here. @typedef {import("./run.mjs").Inputs & Record<string, unknown>} Properties */
/** @typedef {(line: string) => Promise<void>} Print shows a line of the command's output to the user */

/** What stands for a value that a preview does not know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What a command puts out; everything else among the outputs is a copy of the inputs. */
const NOTHING = { stdout: "", stderr: "" };

/** @param {string} name @param {Properties} inputs */
export function previewCreate(name, inputs) {
  return { id: newId(name), outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
}

/** Runs `create`. @param {string} name @param {Properties} inputs @param {Print} print */
export async function create(name, inputs, print) {
  const outputs =
    inputs.create === undefined ? NOTHING : await runCommand(inputs.create, inputs, NOTHING, print);
  return { id: newId(name), outputs: { ...inputs, ...outputs } };
}

/**
 * The outputs are unknown when an input is, or is not what it was. An input that is new does not count: so it is in
 * the real plugin.
 * @param {Properties} olds @param {Properties} news
 */
export function previewUpdate(olds, news) {
  const { stdout = "", stderr = "", ...old } = olds;
  const changed = [...new Set([...Object.keys(old), ...Object.keys(news)])].some(
    (key) => news[key] === UNKNOWN || (key in old && !isDeepStrictEqual(old[key], news[key])),
  );
  return { ...news, ...(changed ? { stdout: UNKNOWN, stderr: UNKNOWN } : { stdout, stderr }) };
}

/** Runs `update`, or `create` where there is none. @param {Properties} olds @param {Properties} news @param {Print} print */
export async function update({ stdout = "", stderr = "" }, news, print) {
  const command = news.update ?? news.create;
  const before = { stdout, stderr };
  return { ...news, ...(command === undefined ? before : await runCommand(command, news, before, print)) };
}

/** Runs `delete`. @param {Properties} olds @param {Print} print */
export async function remove(olds, print) {
  const { stdout = "", stderr = "" } = olds;
  if (olds.delete !== undefined) await runCommand(olds.delete, olds, { stdout, stderr }, print);
}

/** @param {string} name */
function newId(name) {
  return name + randomBytes(4).toString("hex");
}
