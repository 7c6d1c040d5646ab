import { definitionDifferences } from "../definition/differences.js";
import { definitionFacts } from "../definition/facts.js";
import { definitionInForce, type Force } from "../definition/in-force.js";
import { info, warning, type Notice } from "../hypervisor/notice.js";
import type { DomainState } from "../hypervisor/results.js";
import { parseDocument } from "../xml/document.js";
import { asksGuest, isOff } from "./power.js";
import type { DomainFacts } from "./look.js";

/** What a program declares of the power of a domain that exists. */
interface DeclaredPower {
  name: string;
  running: boolean;
  shutdownTimeoutSeconds: number;
}

/** What an update is about to apply. */
export interface PendingChange extends DeclaredPower {
  /** Whether the domain gets the declared definition: it changed, or the host has another one. */
  defines: boolean;
  xml: string;
  /** The XML is a secret: no line may quote it. */
  secret: boolean;
  /** The name that the state says it has. */
  previousName: string;
  /** The XML that the state says was applied last, where it is known. */
  previousXml: string | undefined;
  /** The state shows that the host has another definition than libvirt made of that. */
  drifted: boolean;
}

/** The lines about a create that adopts a domain. Pure. */
export function adoptionLines(declared: DeclaredPower & { uuid: string }, facts: Effective): Notice[] {
  const { name, uuid } = declared;
  return [
    warning(`${name} exists (${uuid}) and is adopted: its definition is replaced by this one.`),
    ...effectLines({ ...declared, changesDefinition: true }, facts),
  ];
}

/** The lines about an update. Pure. */
export function changeLines(change: PendingChange, facts: DomainFacts): Notice[] {
  return [
    ...renameLines(change, facts),
    ...driftLines(change, facts),
    ...effectLines({ ...change, changesDefinition: change.defines }, facts),
  ];
}

function renameLines({ name, previousName }: PendingChange, { domain }: DomainFacts): Notice[] {
  if (domain.name === name) return [];
  if (previousName === name)
    return [warning(`Someone renamed ${name} to ${domain.name}. This update renames it back.`)];
  return [info(`${domain.name} is renamed to ${name}, and stays the same domain.`)];
}

/** Where the host no longer has the definition that the state says was applied last. */
function driftLines(change: PendingChange, facts: DomainFacts): Notice[] {
  const { name, previousXml } = change;
  if (!facts.persistent)
    return [
      warning(
        `${name} is ${facts.state} but no longer defined: someone undefined it. This update defines it again.`,
      ),
    ];
  if (!change.defines || previousXml === undefined) return [];
  const force = definitionInForce(previousXml, facts.xml);
  if (force.inForce && !change.drifted) return [];
  return [
    warning(
      `The definition of ${name} on the host is not the one that was applied last: ${reason(force.inForce ? "changed" : force.why)}. ` +
        `This update applies the declared one${differences(change, facts)}.`,
    ),
  ];
}

function reason(why: Exclude<Force, { inForce: true }>["why"]): string {
  switch (why) {
    case "unfinished":
      return "an update was interrupted while it applied another one";
    case "declared":
      return "a revert or a failed update put another one in its place";
    case "changed":
      return "someone changed it";
    case "unmarked":
      return "someone changed it, or a revert put an older one in its place";
  }
}

/** What changes with the declared definition, as the end of a sentence. */
function differences({ xml, secret }: PendingChange, { xml: host }: DomainFacts): string {
  if (secret) return "";
  const [now, then] = [host, xml].map((text) => definitionFacts(parseDocument(text, "domain")));
  const all = now && then ? definitionDifferences(now, then, "is added") : [];
  return all.length === 0 ? "" : `: ${all.join(", ")}`;
}

/** What decides when a changed definition takes effect. */
type Effective = Pick<DomainFacts, "state" | "managedSave">;

/** What happens to the domain's power, and when a changed definition takes effect. */
function effectLines(
  change: DeclaredPower & { changesDefinition: boolean },
  { state, managedSave }: Effective,
): Notice[] {
  const { name, changesDefinition, running } = change;
  const definition = `The changed definition of ${name} takes effect`;
  if (isOff(state) && managedSave) return managedSaveLines(change);
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

/** libvirt resumes the image with the definition that it was saved with; measured on 9.0 and 12.8. */
function managedSaveLines({
  name,
  running,
  changesDefinition,
}: Pick<PendingChange, "name" | "running"> & { changesDefinition: boolean }): Notice[] {
  const resumes = `${name} is off with a managed-save image, and ${running ? "this update" : "its next start"} resumes it from there`;
  if (!changesDefinition) return running ? [info(`${resumes}.`)] : [];
  return [
    warning(
      `${resumes}, with the old definition. The changed definition takes effect at the start after that: ` +
        "once it is resumed, shut the domain down and start it again.",
    ),
  ];
}

function stopLine(
  { name, shutdownTimeoutSeconds }: Pick<DeclaredPower, "name" | "shutdownTimeoutSeconds">,
  state: DomainState,
): Notice {
  if (!asksGuest(state, shutdownTimeoutSeconds))
    return warning(`${name} is ${state}, and this update stops it as by a power cut.`);
  return info(
    `${name} is ${state}, and this update shuts it down; if it is not off after ${shutdownTimeoutSeconds} s, it is stopped as by a power cut.`,
  );
}
