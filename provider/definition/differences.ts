import { DETAIL, WITHOUT_MAC } from "./device-facts.js";
import type { DefinitionFacts } from "./facts.js";

/** The facts that come first in a line, in this order; then the others, then the devices. */
const FIRST: readonly string[] = ["title", "description", "vcpus", "memory"];

/** What is said of the domain as a whole. Everything else is a device. */
const GENERAL: readonly string[] = [
  ...FIRST,
  "type",
  "on_poweroff",
  "on_reboot",
  "on_crash",
  "clock",
  "vcpus in use",
  "current memory",
  "memory backing",
  "CPU",
  "CPU topology",
  "machine",
  "firmware",
  "loader",
  "NVRAM",
  "kernel",
  "initrd",
  "kernel arguments",
  "boot order",
];

/** libvirt fills these in where a declared XML leaves them out. They differ only where both sides state them. */
const FILLED_IN: readonly string[] = [
  "type",
  "on_poweroff",
  "on_reboot",
  "on_crash",
  "clock",
  "CPU",
  "machine",
  "memory",
  "loader",
  "NVRAM",
  "boot order",
  "bus",
  "model",
  "driver",
  "backend",
  "version",
  "listen",
  "action",
  "port",
];

/** Devices that libvirt adds by itself: the watchdog of a chipset, a video card for a console. */
const ADDED = /^(?:watchdog|video)\b/;

/** A longer text would push everything else out of the line. */
const LONGEST = 60;

/**
 * What becomes of a domain's definition that changes from `now` to `then`, each as a clause: `memory 1024 MiB to 256
 * MiB`, `disk vdb is detached`. `appears`: what to say of something that only `then` has.
 */
export function definitionDifferences(
  now: DefinitionFacts,
  then: DefinitionFacts,
  appears: "comes back" | "is added" = "comes back",
): string[] {
  const from = withSameInterfaces(now, then);
  const to = withSameInterfaces(then, now);
  const names = [...new Set([...from.keys(), ...to.keys()])].sort(inOrder);
  return names.flatMap((name) => clause(name, from, to, appears));
}

function clause(name: string, from: DefinitionFacts, to: DefinitionFacts, appears: string): string[] {
  const [before, after] = [from.get(name), to.get(name)];
  if (before === after) return [];
  const [device = name, detail] = name.split(DETAIL);
  if (before !== undefined && after !== undefined)
    return isSame(name, before, after) ? [] : [`${shown(name)} ${cut(before)} to ${cut(after)}`];
  if (FILLED_IN.includes(detail ?? name)) return [];
  if (detail !== undefined) {
    // The device's own clause says it all.
    if (!from.has(device) || !to.has(device)) return [];
    return [
      `${shown(name)} ${before === undefined ? "default" : cut(before)} to ${after === undefined ? "default" : cut(after)}`,
    ];
  }
  if (GENERAL.includes(name)) return general(name, from, to, appears);
  if (ADDED.test(name)) return [];
  return [`${name} ${before === undefined ? appears : "is detached"}`];
}

function general(name: string, from: DefinitionFacts, to: DefinitionFacts, appears: string): string[] {
  // Without the fact, it is all of the memory, or all of the virtual CPUs.
  const whole = { "current memory": "memory", "vcpus in use": "vcpus" }[name];
  const [before, after] = [from, to].map((facts) => facts.get(name) ?? (whole && facts.get(whole)));
  if (before === after) return [];
  if (before !== undefined && after !== undefined) return [`${name} ${before} to ${after}`];
  return [before === undefined ? `${name} ${cut(after)} ${appears}` : `${name} ${cut(before)} is removed`];
}

/** `machine q35` stands for the newest machine of that kind. */
function isSame(name: string, before: string, after: string): boolean {
  if (name !== "machine") return false;
  const families: Readonly<Record<string, string>> = { q35: "pc-q35", pc: "pc-i440fx" };
  const stands = (short: string, long: string) => long.startsWith(`${families[short] ?? short}-`);
  return stands(before, after) || stands(after, before);
}

function inOrder(one: string, other: string): number {
  const rank = (name: string) => {
    if (FIRST.includes(name)) return FIRST.indexOf(name);
    return GENERAL.includes(name) ? FIRST.length : FIRST.length + 1;
  };
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

function shown(name: string): string {
  return name.replace(DETAIL, " ");
}

function cut(text = ""): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** `facts`, with an interface that `others` has without a MAC address called as it is there. */
function withSameInterfaces(facts: DefinitionFacts, others: DefinitionFacts): DefinitionFacts {
  const unnamed = [...others.keys()].filter((name) => name.startsWith(WITHOUT_MAC) && !name.includes(DETAIL));
  const free = [...facts.keys()].filter(
    (name) => /^interface [0-9a-f]{2}:/.test(name) && !name.includes(DETAIL) && !others.has(name),
  );
  const names = new Map(unnamed.map((name, index) => [free[index], name]));
  return new Map(
    [...facts].map(([name, value]) => {
      const [device = name, ...detail] = name.split(DETAIL);
      return [[names.get(device) ?? device, ...detail].join(DETAIL), value];
    }),
  );
}
