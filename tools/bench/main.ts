import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canServeSsh, SSHD } from "../../test/live/support/ssh-server.js";
import { writeGenerated } from "../generate/write.js";
import { orderOf, USAGE, UsageError, type Order } from "./arguments.js";
import type { Contender } from "./contender.js";
import { CONTENDERS } from "./contenders.js";
import { Domains } from "./domains.js";
import { measure } from "./measure.js";
import { setting, targets, workloads } from "./report.js";
import type { Results } from "./results.js";
import { machine, versions } from "./versions.js";

// `npm run bench`: what a life cycle costs, next to other ways to keep snapshots. Asserts nothing.

const FOLDER = join(__dirname, "../../../bench");

async function main(): Promise<void> {
  const order = orderOf(process.argv.slice(2));
  const file = join(FOLDER, order.complete ? "results.json" : "partial.json");
  const begun = performance.now();
  const results = await measured(order, async (soFar) => {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(file, `${JSON.stringify(soFar, undefined, 2)}\n`);
  });
  progress("");
  if (order.complete) await writeGenerated();
  const took = `${((performance.now() - begun) / 60_000).toFixed(1)} minutes`;
  const written = order.complete ? `${file} and the documents that are made from it` : file;
  console.log(
    [setting(results), workloads(results), targets(results, order.complete ? "all" : "measured"), `${took}; written: ${written}`].join("\n\n"),
  );
}

/** Measures one workload after the other, and has the results saved after each. */
async function measured(order: Order, save: (soFar: Results) => Promise<void>): Promise<Results> {
  const results: Results = {
    date: new Date().toISOString(),
    machine: machine(),
    versions: await versions(),
    leftOut: [],
    workloads: [],
  };
  const contenders = await able(results.leftOut);
  const domains = new Domains();
  for (const workload of order.workloads) {
    if (workload.ssh === true && !(await canServeSsh())) {
      results.leftOut.push(`${workload.title} (${SSHD} or nc is missing)`);
      continue;
    }
    if (!process.stderr.isTTY) console.error(`• ${workload.title}`);
    const own = contenders.filter(({ name }) => workload.contenders?.includes(name) ?? true);
    results.workloads.push(await measure(workload, own, domains, progress));
    await save(results);
  }
  return results;
}

/** The contenders that this machine can run. */
async function able(leftOut: string[]): Promise<Contender[]> {
  const found: Contender[] = [];
  for (const contender of CONTENDERS) {
    const obstacle = await contender.obstacle?.();
    if (obstacle === undefined) found.push(contender);
    else leftOut.push(`${contender.name} (${obstacle})`);
  }
  return found;
}

/** On a terminal only, where the next one overwrites it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) console.error(`${error.message}\n${USAGE}`);
  else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
