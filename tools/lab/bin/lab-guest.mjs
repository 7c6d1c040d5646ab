#!/usr/bin/env node
// Runs a command in the guest's one shell, prints its output and exits with its status; 125 if it could not run.
import { setTimeout as sleep } from "node:timers/promises";
import { command, whole } from "../lab-cli.mjs";
import { serialSocket, virsh } from "../domain.mjs";
import { SerialShell } from "../serial-shell.mjs";

const description = {
  usage: "lab-guest [--timeout SECONDS] DOMAIN 'COMMAND'",
  words: 2,
  options: /** @type {const} */ ({ timeout: { type: "string", default: "60" } }),
  failure: 125,
};

/** The command that makes a domain in that state run. */
const NEXT = new Map([
  ["shut off", "virsh start"],
  ["paused", "virsh resume"],
  ["pmsuspended", "virsh dompmwakeup"],
  ["crashed", "virsh reset"],
]);

await command(description, async (folder, [domain = "", line = ""], { timeout }) => {
  const seconds = whole("--timeout", timeout, 1, 86_400);
  const uuid = await uuidOf(domain);
  await running(domain, uuid);
  const { status, output } = await new SerialShell(serialSocket(folder, uuid)).run(line, seconds);
  process.exitCode = status;
  process.stdout.write(output);
});

/** @param {string} domain */
async function uuidOf(domain) {
  const all = await virsh(["list", "--all", "--name"]);
  return virsh(["domuuid", `--domain=${domain}`]).then(
    (uuid) => uuid.trim(),
    () =>
      Promise.reject(
        new Error(
          `there is no domain ${domain}. The domains are: ${all.split("\n").filter(Boolean).join(", ")}`,
        ),
      ),
  );
}

/** A domain is paused for a moment while it starts or is reverted; after two seconds, someone has paused it. @param {string} domain @param {string} uuid */
async function running(domain, uuid) {
  for (const begun = Date.now(); ; await sleep(100)) {
    const state = (await virsh(["domstate", `--domain=${uuid}`])).trim();
    if (state === "running") return;
    if (Date.now() - begun < 2000) continue;
    const next = NEXT.get(state);
    throw new Error(
      `${domain} is ${state}, and only a running domain has a shell.${next === undefined ? "" : ` Run: ${next} ${domain}`}`,
    );
  }
}
