import assert from "node:assert/strict";
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { pack } from "../repo/package.js";
import { pnpm } from "../repo/pnpm.js";
import { root, run } from "../repo/run.js";
import { anotherSecond, creationTime, guest, inGuest, snapshotsOf, type Guest } from "./support/host.js";

/** The program of a user: it prints what it was called with, and the result, as JSON. */
const PROGRAM = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const { Snapshot } = require("pulumi-virsh");
const [command, domain, token] = process.argv.slice(2);
const program = async () => {
  const snapshot = new Snapshot("checkpoint", { domain, revert: { triggers: [token] } });
  return { takenAt: snapshot.creationTime };
};
async function main() {
  const where = { stackName: "dev", projectName: "consumer", program };
  const stack = await LocalWorkspace.createOrSelectStack(where, { workDir: __dirname });
  const { summary, outputs } = await stack[command]();
  console.log(JSON.stringify({ changes: summary.resourceChanges, takenAt: outputs?.takenAt?.value }));
}
void main();
`;

interface Told {
  changes: Record<string, number>;
  takenAt?: string;
}

describe("a program whose packages pnpm installed (needs pnpm, through npm)", function () {
  this.timeout(300_000);
  let consumer: string;
  let domain: Guest;

  before(async function () {
    const install = pnpm();
    if (install === undefined) this.skip();
    const { folder, tarball } = pack();
    consumer = path.join(folder, "pnpm-consumer");
    mkdirSync(consumer);
    write("package.json", JSON.stringify({ name: "consumer", private: true }));
    write("main.cjs", PROGRAM);
    const { devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    const sdk = `@pulumi/pulumi@${devDependencies["@pulumi/pulumi"] ?? ""}`;
    const { status, stdout, stderr } = install(["add", "--ignore-scripts", tarball, sdk], consumer);
    assert.equal(status, 0, stdout + stderr);
    domain = await guest();
  });

  function write(file: string, text: string): void {
    writeFileSync(path.join(consumer, file), text);
  }

  function pulumi(command: "up" | "destroy", token: string): Told {
    const args = [path.join(consumer, "main.cjs"), command, domain.name, token];
    const { status, stdout, stderr } = run(process.execPath, args, { cwd: consumer });
    assert.equal(status, 0, stdout + stderr);
    return JSON.parse(stdout) as Told;
  }

  it("has its packages in pnpm's layout, as links", () => {
    const place = realpathSync(path.join(consumer, "node_modules/pulumi-virsh"));
    assert.match(place, /node_modules\/\.pnpm\//);
  });

  it("takes a snapshot, and a second up does nothing", async () => {
    await inGuest(domain.name, "remembered=before");
    const { changes, takenAt } = pulumi("up", "never");
    assert.deepEqual(changes, { create: 2 });
    assert.equal(takenAt, await creationTime(domain, "checkpoint"));
    assert.deepEqual(pulumi("up", "never").changes, { same: 2 });
  });

  it("reverts for a new trigger", async () => {
    await inGuest(domain.name, "remembered=after");
    await anotherSecond();
    assert.deepEqual(pulumi("up", "once").changes, { same: 1, update: 1 });
    assert.equal(await inGuest(domain.name, 'echo "$remembered"'), "before");
  });

  it("deletes the snapshot", async () => {
    assert.deepEqual(pulumi("destroy", "once").changes, { delete: 2 });
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});
