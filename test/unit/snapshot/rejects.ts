import assert from "node:assert/strict";
import { isVirshError, type ErrorKind, type VirshError } from "../../../provider/errors.js";
import { IncompleteError } from "../../../provider/snapshot/incomplete.js";

/** That `running` fails with an error of this kind, and of exactly these words if they are given. */
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

/** That `running` fails with something that is to be kept, and of exactly these words if they are given. */
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
