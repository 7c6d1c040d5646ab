import type { DomainState } from "../hypervisor/results.js";
import { info, warning, type Notice } from "../hypervisor/notice.js";
import { asksGuest, isOff } from "./power.js";

/** What a program declares of the power of a domain that exists. */
interface DeclaredPower {
  name: string;
  running: boolean;
  shutdownTimeoutSeconds: number;
}

/** What an update is about to apply. */
export interface PendingChange extends DeclaredPower {
  changesDefinition: boolean;
}

/** The lines about a create that adopts a domain in this state. Pure. */
export function adoptionLines(declared: DeclaredPower & { uuid: string }, state: DomainState): Notice[] {
  const { name, uuid } = declared;
  return [
    warning(`${name} exists (${uuid}) and is adopted: its definition is replaced by this one.`),
    ...changeLines({ ...declared, changesDefinition: true }, state),
  ];
}

/** The lines about an update of a domain in this state. Pure. */
export function changeLines(change: PendingChange, state: DomainState): Notice[] {
  const { name, changesDefinition, running } = change;
  const definition = `The changed definition of ${name} takes effect`;
  if (isOff(state) && running) {
    const started = `${name} is off, and this update starts it.`;
    return [info(changesDefinition ? `${definition} now: ${started}` : started)];
  }
  if (isOff(state)) return changesDefinition ? [info(`${definition} at its next start; it is off now.`)] : [];
  if (!running) {
    const stopped = stopLine(change, state);
    return [
      changesDefinition ? { ...stopped, text: `${definition} at its next start: ${stopped.text}` } : stopped,
    ];
  }
  if (!changesDefinition) return [];
  return [
    info(
      `${definition} at its next boot; it is ${state} now. To apply it sooner, shut the domain down and start it again: a reboot from inside the guest keeps the old definition.`,
    ),
  ];
}

function stopLine({ name, shutdownTimeoutSeconds }: PendingChange, state: DomainState): Notice {
  if (!asksGuest(state, shutdownTimeoutSeconds))
    return warning(`${name} is ${state}, and this update stops it as by a power cut.`);
  return info(
    `${name} is ${state}, and this update shuts it down; if it is not off after ${shutdownTimeoutSeconds} s, it is stopped as by a power cut.`,
  );
}
