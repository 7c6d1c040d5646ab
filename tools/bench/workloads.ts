import { PHASES, type Phase, type Task } from "./contender.js";

/** Snapshots to keep, and who keeps them. */
export interface Workload {
  name: string;
  title: string;
  snapshots: number;
  /** `off`: a domain for each snapshot; `running`: the same, running; `one`: a single domain, which is off. */
  domains: "off" | "running" | "one";
  phases: readonly Phase[];
  /** The names of the contenders; without it, all. */
  contenders?: readonly string[];
  /** How often each contender has its turn. */
  rounds: number;
  /** Whose processes are counted, in a round of its own. */
  counted?: readonly string[] | "all";
  /** Through `qemu+ssh://`, with the logins counted. */
  ssh?: true;
  /** The memory of dynamic hosts is observed. */
  memory?: true;
}

const OURS = "pulumi-virsh";
const FLOOR = "floor";
const LOOP = "virsh in a loop";
const API = "libvirt API in a loop";
const COMMAND = "@pulumi/command";

/** What a number of snapshots costs, each of a domain of its own that is off. */
export function growth(snapshots: number, more: Partial<Workload> = {}): Workload {
  const title = `${snapshots} snapshots, each of a domain that is off`;
  return { name: `off-${snapshots}`, title, snapshots, domains: "off", phases: PHASES, rounds: 2, ...more };
}

const MOST_PHASES = ["preview", "up", "refresh", "destroy"] as const;

/** Everything, in the order in which it is measured. */
export const WORKLOADS: readonly Workload[] = [
  growth(20, { rounds: 5, counted: "all" }),
  growth(50, { contenders: [OURS, FLOOR, LOOP], phases: MOST_PHASES }),
  growth(100, { contenders: [OURS, FLOOR, COMMAND], phases: MOST_PHASES }),
  growth(200, { counted: [OURS] }),
  growth(400, { contenders: [OURS, FLOOR], phases: MOST_PHASES, rounds: 1 }),
  {
    name: "memory-20",
    title: "20 snapshots with memory, each of a running domain",
    snapshots: 20,
    domains: "running",
    phases: ["preview", "up", "refresh", "revert", "destroy"],
    rounds: 2,
  },
  {
    name: "one-200",
    title: "200 snapshots of one domain that is off",
    snapshots: 200,
    domains: "one",
    phases: MOST_PHASES,
    rounds: 1,
  },
  {
    name: "one-500",
    title: "500 snapshots of one domain that is off, and the memory of the dynamic host",
    snapshots: 500,
    domains: "one",
    phases: ["up", "refresh"],
    contenders: [OURS, FLOOR],
    rounds: 1,
    memory: true,
  },
  {
    name: "ssh-20",
    title: "20 snapshots, each of a domain that is off, through qemu+ssh on loopback",
    snapshots: 20,
    domains: "off",
    phases: MOST_PHASES,
    contenders: [OURS, FLOOR, LOOP, API, COMMAND],
    rounds: 2,
    ssh: true,
  },
];

/** The snapshots of a workload, on the first of these domains. */
export function tasksOf({ snapshots, domains }: Workload, names: readonly string[]): Task[] {
  return Array.from({ length: snapshots }, (_, index) =>
    domains === "one"
      ? { domain: names[0] ?? "", snapshot: `bench-${index + 1}` }
      : { domain: names[index] ?? "", snapshot: "bench" },
  );
}
