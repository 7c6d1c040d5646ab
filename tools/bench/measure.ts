import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SshServer } from "../../test/live/support/ssh-server.js";
import type { Contender, Life, Phase, Place, Task } from "./contender.js";
import { discardSnapshots, powerOff, type Domains } from "./domains.js";
import { peakMemory } from "./dynamic-host.js";
import type { Measured, OfContender, OfWorkload } from "./results.js";
import { Started } from "../../test/live/support/started.js";
import { tasksOf, type Workload } from "./workloads.js";

setFlagsFromString("--expose-gc");
/** This process runs the programs. What earlier ones have left is not collected at the expense of a later one. */
const collectGarbage = runInNewContext("gc") as () => void;

/** Shows what is being done. */
export type Progress = (text: string) => void;

/** Measures one workload. The contenders take turns, so that other load on the machine affects all of them alike. */
export async function measure(
  workload: Workload,
  contenders: readonly Contender[],
  domains: Domains,
  progress: Progress,
): Promise<OfWorkload> {
  const { name, title, snapshots, rounds, counted = [] } = workload;
  progress(`${name}: making domains`);
  const names = await domains.for(workload);
  const server = workload.ssh === true ? await SshServer.start() : undefined;
  const run = new WorkloadRun(workload, tasksOf(workload, names), server, progress);
  try {
    // The first round counts processes, which takes time of its own, and fills caches.
    for (const contender of contenders)
      if (counted === "all" || counted.includes(contender.name)) await run.count(contender);
    for (let round = 1; round <= rounds; round += 1) {
      for (const contender of turned(contenders, round - 1))
        await run.time(contender, `round ${round} of ${rounds}`);
    }
  } finally {
    server?.stop();
    if (workload.domains === "running") await powerOff(names);
  }
  // In the order of the contenders, whoever had the first turn.
  const of = contenders.map(({ name }) => [name, run.of(name)] as const);
  return { name, title, snapshots, contenders: Object.fromEntries(of) };
}

/** Whoever begins in one round comes last in the next. */
function turned<T>(all: readonly T[], by: number): T[] {
  const first = by % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

class WorkloadRun {
  readonly #results = new Map<string, OfContender>();

  constructor(
    private readonly workload: Workload,
    private readonly tasks: readonly Task[],
    private readonly server: SshServer | undefined,
    private readonly progress: Progress,
  ) {}

  of(contender: string): OfContender {
    const found = this.#results.get(contender) ?? { phases: {} };
    this.#results.set(contender, found);
    return found;
  }

  async count(contender: Contender): Promise<void> {
    const started = await Started.make();
    try {
      await this.#live(contender, "counting", started.env, async (work, measured) => {
        await started.forget();
        await work();
        Object.assign(measured, await started.count());
      });
    } finally {
      await started.close();
    }
  }

  time(contender: Contender, round: string): Promise<void> {
    const { server, workload } = this;
    const timed = async (work: () => Promise<void>, measured: Measured) => {
      const before = await server?.logins();
      const begun = performance.now();
      await work();
      measured.times.push(Math.round(performance.now() - begun));
      if (server !== undefined) measured.logins = (await server.logins()) - (before ?? 0);
    };
    return this.#live(contender, round, {}, async (work, measured) => {
      if (workload.memory !== true) return timed(work, measured);
      const peak = await peakMemory(() => timed(work, measured));
      const of = this.of(contender.name);
      if (peak > 0) of.memory = Math.max(of.memory ?? 0, peak);
    });
  }

  /** One life cycle. A contender that fails is out of this workload, with what is known of it. */
  async #live(
    contender: Contender,
    round: string,
    env: Record<string, string>,
    carryOut: (work: () => Promise<void>, measured: Measured) => Promise<void>,
  ): Promise<void> {
    const of = this.of(contender.name);
    if (of.failed !== undefined) return;
    let life: Life | undefined;
    let now: Phase | undefined;
    try {
      life = await contender.begin(this.tasks, this.#place(env));
      for (const [phase, work] of this.#phasesOf(life)) {
        now = phase;
        this.progress(`${this.workload.name}, ${round}, ${contender.name}: ${phase}`);
        collectGarbage();
        await carryOut(work, (of.phases[phase] ??= { times: [] }));
      }
    } catch (error) {
      of.failed = `${now ?? "start"}: ${firstLine(error)}`;
    } finally {
      await life?.close();
      if (of.failed !== undefined || !this.workload.phases.includes("destroy"))
        await discardSnapshots([...new Set(this.tasks.map(({ domain }) => domain))]);
    }
  }

  #phasesOf({ phases }: Life): [Phase, () => Promise<void>][] {
    return this.workload.phases.flatMap((phase): [Phase, () => Promise<void>][] => {
      const work = phases[phase];
      return work === undefined ? [] : [[phase, work]];
    });
  }

  #place(env: Record<string, string>): Place {
    if (this.server === undefined) return { env };
    const { uri } = this.server;
    return { env: { ...env, VIRSH_DEFAULT_CONNECT_URI: uri, LIBVIRT_DEFAULT_URI: uri }, uri };
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n").find((line) => line.trim() !== "") ?? "";
}
