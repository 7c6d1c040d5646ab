import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError, quote } from "../errors.js";
import type { DomainRef, DomainState } from "../hypervisor/results.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { named } from "./named.js";
import type { Wanted } from "./wanted.js";

/** Tells the user something while an operation goes on. */
export type Tell = (line: string) => void;

const PAUSE_MS = 500;

/** Brings a domain into the state that is asked for: active, in whatever way, or off. */
export async function power(
  host: DomainHost,
  domain: DomainRef,
  { running, shutdownTimeoutSeconds }: Wanted,
  tell: Tell,
): Promise<void> {
  if (!running) return stop(host, domain, shutdownTimeoutSeconds, tell);
  if (isOff(await host.domainState(domain.uuid))) await start(host, domain);
}

async function start(host: DomainHost, { uuid, name }: DomainRef): Promise<void> {
  await named(`start domain ${quote(name)}`, () => host.startDomain(uuid));
}

/** Asks the guest to shut down, and pulls the plug when it has not done so in time. Nothing if it is off. */
export async function stop(
  host: DomainHost,
  { uuid, name }: DomainRef,
  limitSeconds: number,
  tell: Tell,
): Promise<void> {
  const state = await host.domainState(uuid);
  if (isOff(state)) return;
  const isAsked = canAnswer(state) && limitSeconds > 0;
  if (isAsked) {
    await unlessOff(host, uuid, () =>
      named(`shut down domain ${quote(name)}`, () => host.shutdownDomain(uuid)),
    );
    if (await isOffWithin(host, uuid, limitSeconds)) return;
    tell(`${name} did not shut down within ${limitSeconds} s, so it is stopped as by a power cut.`);
  }
  await unlessOff(host, uuid, () => named(`stop domain ${quote(name)}`, () => host.destroyDomain(uuid)));
}

export function isOff(state: DomainState): boolean {
  return state === "shut off";
}

/** A guest that does not run does not hear of a shutdown either; libvirt refuses to ask it. */
function canAnswer(state: DomainState): boolean {
  return state !== "paused" && state !== "pmsuspended" && state !== "crashed";
}

async function isOffWithin(host: DomainHost, uuid: string, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    if (isOff(await host.domainState(uuid))) return true;
    if (performance.now() > deadline) return false;
    await sleep(PAUSE_MS);
  }
}

/** A guest may go by itself in the very moment in which it is told to. */
async function unlessOff(host: DomainHost, uuid: string, operation: () => Promise<void>): Promise<void> {
  try {
    await operation();
  } catch (error) {
    if (!isVirshError(error, "Unsupported") || !isOff(await host.domainState(uuid))) throw error;
  }
}
