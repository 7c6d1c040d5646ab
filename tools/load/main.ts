import { Snapshot } from "../../sdk/index.js";
import { succeed, TestStack, type Program } from "../../test/live/support/engine.js";
import { guest, snapshotsOf, snapshotXml } from "../../test/live/support/host.js";

// `npm run load`: what one domain with many snapshots, and many long descriptions, take. The figures are in
// docs/guarantees.md.
const MANY = 300;
const AT_ONCE = 64;
/** The longest description. */
const LONGEST = 120_000;

async function main(): Promise<void> {
  await manySnapshots();
  await longDescriptions();
}

async function manySnapshots(): Promise<void> {
  const domain = await guest("--off");
  const names = Array.from({ length: MANY }, (_, index) => `of-${index + 1}`);
  const program = () =>
    Object.fromEntries(names.map((name) => [name, new Snapshot(name, { domain: domain.name })]));
  const stack = await TestStack.open();
  await timed(`up, ${MANY} snapshots of one domain`, () => succeed(stack.up(program)));
  expectSnapshots(MANY, await snapshotsOf(domain));
  await timed("refresh", () => succeed(stack.refresh()));
  await timed("destroy", () => succeed(stack.destroy()));
  expectSnapshots(0, await snapshotsOf(domain));
  await stack.close();
}

async function longDescriptions(): Promise<void> {
  const domain = await guest("--off");
  const names = Array.from({ length: AT_ONCE }, (_, index) => `of-${index + 1}`);
  const described =
    (title: string): Program =>
    () =>
      Object.fromEntries(
        names.map((name) => [
          name,
          new Snapshot(name, { domain: domain.name, description: longText(title) }),
        ]),
      );
  const stack = await TestStack.open();
  await timed(`up, ${AT_ONCE} snapshots with descriptions of ${LONGEST} bytes`, () =>
    succeed(stack.up(described("before"))),
  );
  await timed("up, each description edited", () => succeed(stack.up(described("after"))));
  for (const name of names) {
    const xml = await snapshotXml(domain, name);
    if (!xml.includes(longText("after"))) throw new Error(`${name} has another description`);
  }
  await succeed(stack.destroy());
  await stack.close();
}

/** Lines: for its display the engine compares texts, which takes minutes where they have nothing in common. */
function longText(title: string): string {
  return `${title}\n${"what the snapshot is for\n".repeat(LONGEST / 25)}`.slice(0, LONGEST).trimEnd();
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await work();
  console.log(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

function expectSnapshots(count: number, found: readonly string[]): void {
  if (found.length !== count) throw new Error(`${found.length} snapshots instead of ${count}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
