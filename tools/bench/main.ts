import { cpus } from "node:os";
import { onPath } from "../../test/live/support/command-line.js";
import { output, virsh } from "../../test/live/support/host.js";
import { VirshStandIn } from "../../test/live/support/stand-in.js";
import { PHASES, type Contender } from "./contender.js";
import { byHand, command, naive, ours } from "./contenders.js";
import { table, type Results } from "./table.js";

// `npm run bench [-- SNAPSHOTS]`: the cost of a life cycle, next to other ways to manage snapshots. Asserts nothing.
const DEFAULT_SNAPSHOTS = 20;
const MOST_SNAPSHOTS = 500;
const ROUNDS = 3;
/** The number of guests made at the same time. */
const AT_ONCE = 4;

async function main(): Promise<void> {
  const domains = namesFor(process.argv[2]);
  await make(domains);
  const withPlugin = await onPath("pulumi-resource-command");
  const contenders = [ours, byHand, ...(withPlugin ? [command] : []), naive];
  const results: Results = new Map(contenders.map(({ name }) => [name, {}]));
  // The first run counts the virsh processes, which takes time of its own, and warms up caches.
  for (const contender of contenders) await count(contender, domains, results);
  // The contenders take turns, so that other load on the machine affects all of them alike.
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const contender of contenders)
      await measure(contender, domains, results, `round ${round} of ${ROUNDS}`);
  }
  progress("");
  console.log(await heading(domains.length));
  console.log(`\n${table(results)}\n`);
  console.log(
    `= … ×: its time in multiples of that of ${ours.name}. … virsh: processes of virsh that it started.`,
  );
  if (!withPlugin) console.log(`Left out: ${command.name}, for pulumi-resource-command is not on PATH.`);
}

function namesFor(given = String(DEFAULT_SNAPSHOTS)): string[] {
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1 || count > MOST_SNAPSHOTS) {
    throw new Error(`${given} is no number of snapshots: npm run bench -- N, from 1 to ${MOST_SNAPSHOTS}`);
  }
  return Array.from({ length: count }, (_, index) => `bench-${index + 1}`);
}

/** Domains that are off: no guest system is measured. */
async function make(domains: readonly string[]): Promise<void> {
  for (let made = 0; made < domains.length; made += AT_ONCE) {
    progress(`making domains, ${made} of ${domains.length}`);
    await Promise.all(domains.slice(made, made + AT_ONCE).map((name) => output("lab-vm", "--off", name)));
  }
}

async function count(contender: Contender, domains: readonly string[], results: Results): Promise<void> {
  const standIn = await VirshStandIn.make();
  const life = await contender.begin(domains, standIn.env);
  try {
    for (const phase of PHASES) {
      const work = life.phases[phase];
      if (work === undefined) continue;
      progress(`counting, ${contender.name}: ${phase}`);
      await standIn.forget();
      await work();
      const of = results.get(contender.name) ?? {};
      of[phase] = { times: [], processes: (await standIn.calls()).length };
    }
  } finally {
    await life.close();
    await standIn.close();
  }
}

async function measure(
  contender: Contender,
  domains: readonly string[],
  results: Results,
  round: string,
): Promise<void> {
  const life = await contender.begin(domains, {});
  try {
    for (const phase of PHASES) {
      const work = life.phases[phase];
      if (work === undefined) continue;
      progress(`${round}, ${contender.name}: ${phase}`);
      const begun = performance.now();
      await work();
      results.get(contender.name)?.[phase]?.times.push(performance.now() - begun);
    }
  } finally {
    await life.close();
  }
}

async function heading(count: number): Promise<string> {
  const [engine, libvirt] = await Promise.all([output("pulumi", "version"), virsh("version", "--daemon")]);
  const running = /Running against daemon: ([\d.]+)/.exec(libvirt)?.[1] ?? "?";
  return (
    `${count} snapshots, each of a domain that is off; medians of ${ROUNDS} rounds; ` +
    `Pulumi ${engine.trim()}, libvirt ${running}, ${cpus().length} processors.`
  );
}

/** On a terminal only: in a log it would be noise. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
