#!/usr/bin/env node
// lab-guest DOMAIN 'command' [--timeout SECONDS]: runs it in the guest's one shell, prints what it printed, exits with its status.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { serialSocket, virsh } from "../domain.mjs";
import { SerialShell } from "../serial.mjs";

const { values, positionals } = parseArgs({ options: { timeout: { type: "string" } }, allowPositionals: true });
const [domain, command] = positionals;
const work = process.env.LAB_DIR;
if (domain === undefined || command === undefined || work === undefined) {
  process.stderr.write("usage, within the laboratory: lab-guest [--timeout SECONDS] DOMAIN 'command'\n");
  process.exit(2);
}
try {
  const uuid = (await virsh(["domuuid", `--domain=${domain}`])).trim();
  await running(uuid);
  const { status, output } = await new SerialShell(serialSocket(work, uuid)).run(command, Number(values.timeout ?? 60));
  process.stdout.write(output, () => process.exit(status));
} catch (error) {
  process.stderr.write(`lab-guest: ${domain}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(125);
}

/** Starting and reverting, a domain is paused for a moment; after two seconds it is meant to be. @param {string} uuid */
async function running(uuid) {
  for (let tries = 0; ; tries += 1) {
    const state = (await virsh(["domstate", `--domain=${uuid}`])).trim();
    if (state === "running") return;
    if (tries >= 20) throw new Error(`the domain is ${state}`);
    await sleep(100);
  }
}
