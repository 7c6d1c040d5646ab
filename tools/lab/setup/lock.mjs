import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../signals.mjs";
import { say } from "./progress.mjs";

/**
 * Runs `work` while no other process of this user works on the same `place`. The lock is an abstract socket, which the
 * kernel releases however its holder ends, so there are no stale locks.
 * @template T
 * @param {string} place
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(place, work) {
  // Only Linux has such sockets. The laboratory runs nowhere else; the unit tests do.
  if (process.platform !== "linux") return work();
  // The name of such a socket has at most 107 bytes, and a path may be longer.
  const name = `\0pulumi-virsh ${createHash("sha256").update(`${process.getuid?.()} ${place}`).digest("hex")}`;
  let held = await hold(name);
  if (held === undefined) say("• waiting for another set-up, which is preparing the same");
  for (; held === undefined; held = await hold(name)) await sleep(300, undefined, { signal: interruption });
  try {
    return await work();
  } finally {
    held.close();
  }
}

/** @param {string} name @returns {Promise<import("node:net").Server | undefined>} */
function hold(name) {
  return new Promise((resolve, reject) => {
    const server = createServer((client) => client.destroy());
    server.on("error", (error) =>
      "code" in error && error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(name, () => resolve(server));
  });
}
