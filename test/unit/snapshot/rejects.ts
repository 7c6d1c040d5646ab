import assert from "node:assert/strict";
import { isVirshError, type ErrorKind, type VirshError } from "../../../provider/errors.js";
import { IncompleteError } from "../../../provider/snapshot/incomplete.js";

/** Asserts that `running` fails with an error of this kind, and with exactly this message if one is given. */
export async function failsWith(
  running: Promise<unknown>,
  kind: ErrorKind,
  message?: string,
): Promise<VirshError> {
  const error = await rejectionOf(running);
  assert.ok(isVirshError(error), String(error));
  assert.deepEqual([error.kind, message === undefined ? message : error.message], [kind, message]);
  return error;
}

/** Asserts that `running` fails with a state to keep, and with exactly this message if one is given. */
export async function isIncomplete(running: Promise<unknown>, message?: string): Promise<IncompleteError> {
  const error = await rejectionOf(running);
  assert.ok(error instanceof IncompleteError, String(error));
  if (message !== undefined) assert.equal(error.message, message);
  return error;
}

async function rejectionOf(running: Promise<unknown>): Promise<unknown> {
  try {
    await running;
  } catch (error) {
    return error;
  }
  return assert.fail("it did not fail");
}
