import { writeFileSync } from "node:fs";
import { getDomain, getSnapshots, Snapshot } from "../../sdk/index.js";
import { succeed, TestStack } from "../../test/live/support/engine.js";
import { lab } from "../../test/live/support/host.js";
import { recorded, type Recording } from "./recording.js";

/*
 * Plays the run that the picture shows, and writes tools/picture/recording.json:
 * npm run -s lab -- node dist/tools/picture/record.js
 */

const DOMAIN = lab("LAB_DOMAIN");

/** A program with these snapshots, one after the other. Another token reverts the VM to before-upgrade. */
function program(names: readonly string[], token: string) {
  return () => {
    let previous: Snapshot | undefined;
    for (const name of names) {
      const revert = name === "before-upgrade" ? { revert: { triggers: [token] } } : {};
      const options = previous === undefined ? {} : { dependsOn: previous };
      previous = new Snapshot(name, { domain: DOMAIN, ...revert }, options);
    }
    return {};
  };
}

async function record(stack: TestStack): Promise<Recording> {
  const up = (names: readonly string[], token: string) => succeed(stack.up(program(names, token)));
  const first = ["fresh-install", "before-upgrade", "first-try"];
  const second = [...first, "second-try"];
  await up(first, "never");
  await up(first, "once");
  await up(second, "once");
  const before = recorded(await getSnapshots({ domain: DOMAIN, topological: true }));
  await up(second, "twice");
  const after = recorded(await getSnapshots({ domain: DOMAIN, topological: true }));
  await succeed(stack.destroy());
  const { libvirtVersion } = await getDomain({ domain: DOMAIN });
  return { domain: DOMAIN, libvirtVersion, before, after };
}

async function main(): Promise<void> {
  const stack = await TestStack.open();
  try {
    const recording = await record(stack);
    writeFileSync("tools/picture/recording.json", `${JSON.stringify(recording, undefined, 2)}\n`);
  } finally {
    await stack.close();
  }
}

void main();
