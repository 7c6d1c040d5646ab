import assert from "node:assert/strict";
import type { Limits } from "../../../provider/virsh/process.js";
import { Session } from "../../../provider/virsh/session.js";

export const LIMITS: Limits = { timeoutSeconds: 30, remaining: () => 30_000 };
/** libvirt's test driver, which needs no daemon. */
export const ARGS = ["--quiet", "--connect=test:///default"];

/** A session that must start. */
export async function begin(args: readonly string[] = ARGS, program?: string): Promise<Session> {
  const session = await Session.start(args, LIMITS, program);
  assert.ok(session instanceof Session, JSON.stringify(session));
  return session;
}
