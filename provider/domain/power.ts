import { isVirshError, quote } from "../errors.js";
import { mayStillRun } from "../hypervisor/act.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef, DomainState } from "../hypervisor/results.js";
import { info, warning, type Tell } from "../hypervisor/notice.js";
import { attempt } from "./attempt.js";
import type { DomainDeclaration } from "./declaration.js";

const PAUSE_MS = 500;
/** A wait that is longer than this is reported. */
const UNREPORTED_MS = 1500;

/** Starts a domain that is to run and is off; stops one that is not to run. A paused domain counts as running. */
export async function startOrStop(
  host: DomainHost,
  domain: DomainRef,
  { running, shutdownTimeoutSeconds }: Pick<DomainDeclaration, "running" | "shutdownTimeoutSeconds">,
  tell: Tell,
): Promise<void> {
  if (!running) return stop(host, domain, shutdownTimeoutSeconds, tell);
  if (isOff(await host.domainState(domain.uuid))) await start(host, domain);
}

/** Starts a domain. Someone else who started it just before has done what is declared. */
async function start(host: DomainHost, { uuid, name }: DomainRef): Promise<void> {
  try {
    await attempt(`start domain ${quote(name)}`, () => host.startDomain(uuid));
  } catch (error) {
    if (!isVirshError(error) || mayStillRun(error) || isOff(await host.domainState(uuid))) throw error;
  }
}

/** Asks the guest to shut down, and destroys the domain if it is not off in time. Does nothing if it is off. */
export async function stop(
  host: DomainHost,
  { uuid, name }: DomainRef,
  limitSeconds: number,
  tell: Tell,
): Promise<void> {
  const state = await host.domainState(uuid);
  if (isOff(state)) return;
  if (asksGuest(state, limitSeconds)) {
    await unlessOff(host, uuid, () =>
      attempt(`shut down domain ${quote(name)}`, () => host.shutdownDomain(uuid)),
    );
    const waiting = info(`Waiting for ${name} to shut down, for up to ${limitSeconds} s.`);
    if (
      await isOffWithin(host, uuid, limitSeconds, () => {
        tell(waiting);
      })
    )
      return;
    tell(warning(`${name} did not shut down within ${limitSeconds} s, so it is stopped as by a power cut.`));
  }
  await unlessOff(host, uuid, () => attempt(`stop domain ${quote(name)}`, () => host.destroyDomain(uuid)));
}

export function isOff(state: DomainState): boolean {
  return state === "shut off";
}

/** Whether `stop` asks the guest first. A guest that is not executing cannot react; libvirt refuses to ask it. */
export function asksGuest(state: DomainState, limitSeconds: number): boolean {
  return limitSeconds > 0 && state !== "paused" && state !== "pmsuspended" && state !== "crashed";
}

/** `report` is called once, if the wait is not a short one. */
async function isOffWithin(
  host: DomainHost,
  uuid: string,
  seconds: number,
  report: () => void,
): Promise<boolean> {
  const begun = host.remaining();
  let reported = false;
  for (;;) {
    if (isOff(await host.domainState(uuid))) return true;
    const waited = begun - host.remaining();
    if (waited > seconds * 1000) return false;
    if (!reported && waited >= UNREPORTED_MS) report();
    reported ||= waited >= UNREPORTED_MS;
    await host.pause(PAUSE_MS);
  }
}

/** Runs `operation`; a guest that went off by itself just before it makes it fail, which is no failure. */
async function unlessOff(host: DomainHost, uuid: string, operation: () => Promise<void>): Promise<void> {
  try {
    await operation();
  } catch (error) {
    if (!isVirshError(error, "Unsupported") || !isOff(await host.domainState(uuid))) throw error;
  }
}
