import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../interruption.mjs";
import { say } from "./progress.mjs";

/**
 * Runs `work` while nobody else of this user works on the same `place`. What is held is a name in the kernel, which
 * goes with its holder however that ends, so nothing is left over that would have to be judged.
 * @template T
 * @param {string} place
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(place, work) {
  // Such a name has room for 107 bytes, which a path may well exceed.
  const name = `\0pulumi-virsh ${createHash("sha256").update(`${process.getuid?.()} ${place}`).digest("hex")}`;
  let held = await hold(name);
  if (held === undefined) say("• waiting for another set-up to get done with the same");
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
