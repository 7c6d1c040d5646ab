import type { DomainState } from "../hypervisor/results.js";
import { isOff } from "./power.js";

/** What is asked of a domain that is there. */
interface Asked {
  name: string;
  running: boolean;
  shutdownTimeoutSeconds: number;
}

/** A change that is pending. */
export interface Change extends Asked {
  xmlChanges: boolean;
}

/** What a create will do to a domain that it takes over, in words. Pure. */
export function adoptionLines(asked: Asked & { uuid: string }, state: DomainState): string[] {
  const { name, uuid } = asked;
  return [
    `${name} exists (${uuid}) and is taken over: its definition is replaced by this one.`,
    ...changeLines({ ...asked, xmlChanges: true }, state),
  ];
}

/** What an update will do to a domain in this state, in words. Pure. */
export function changeLines({ name, xmlChanges, running, ...rest }: Change, state: DomainState): string[] {
  const off = isOff(state);
  const definition = `The changed definition of ${name} takes effect`;
  if (off && running) {
    const started = `${name} is off, and this update starts it.`;
    return [xmlChanges ? `${definition} now: ${started}` : started];
  }
  if (off) return xmlChanges ? [`${definition} at its next start; it is off now.`] : [];
  if (!running) {
    const stopped = `${name} is ${state}, and this update shuts it down, if need be by a power cut after ${rest.shutdownTimeoutSeconds} s.`;
    return [xmlChanges ? `${definition} at its next start: ${stopped}` : stopped];
  }
  if (!xmlChanges) return [];
  return [
    `${definition} at its next boot; it is ${state} now. To have it sooner, shut it down and start it: a reboot from within keeps the old one.`,
  ];
}
