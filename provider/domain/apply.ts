import { definitionInForce } from "../definition/in-force.js";
import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { info, type Notice, type Tell } from "../hypervisor/notice.js";
import type { DomainRef } from "../hypervisor/results.js";
import { withNvram, withSourceOf } from "../xml/disk-source.js";
import { withMacsOf } from "../xml/mac.js";
import { applySettings, define, type Made } from "./act.js";
import { attempt } from "./attempt.js";
import { recordOf, type DomainDeclaration, type RecordedDomain } from "./declaration.js";
import { decideDisks, lookAtDisks } from "./disks.js";
import { observe, type DomainFacts } from "./look.js";
import { keptNvram } from "./nvram.js";
import { isOff } from "./power.js";
import { restored, sameDisks } from "./restore.js";

/** A change of a domain that the host has, decided before anything is done. */
export interface PendingDefinition {
  /** What is defined, with what the domain keeps; `undefined` where its definition is the declared one. */
  xml: string | undefined;
  notices: Notice[];
}

/**
 * Whether the domain gets the declared definition, and what it keeps of its own. Throws where that cannot be done
 * without a loss. `changed`: the declared XML is another one than the one that was applied last.
 */
export async function pendingDefinition(
  host: Pick<DomainHost, "definitionXml" | "listSnapshots" | "snapshotXml" | "imageFiles">,
  declared: { name: string; xml: string },
  facts: DomainFacts,
  { recorded, changed }: { recorded?: RecordedDomain; changed: boolean },
): Promise<PendingDefinition> {
  const { name, xml } = declared;
  const isDeclared = facts.persistent && definitionInForce(xml, facts.xml).inForce;
  if (!changed && isDeclared) return { xml: undefined, notices: [] };
  const { keep, notices } = decideDisks(name, await lookAtDisks(host, xml, facts, recorded));
  const nvram = keptNvram(name, facts.xml);
  const withDisks = keep.reduce((text, target) => withSourceOf(text, target, facts.xml), xml);
  const kept = nvram === undefined ? withDisks : withNvram(withDisks, nvram);
  return { xml: withMacsOf(kept, facts.xml), notices };
}

/**
 * Renames a domain if its declared name is another one, defines it if `pending` says so, and applies the settings. If
 * anything fails, the domain gets back the name and the definition that it had.
 */
export async function applyTo(
  host: DomainHost,
  facts: DomainFacts,
  declared: DomainDeclaration & { name: string },
  pending: PendingDefinition,
  tell: Tell,
): Promise<RecordedDomain> {
  const { uuid, name: before } = facts.domain;
  const { name } = declared;
  const domain = { name, uuid };
  const done: { renamed: boolean; id?: string; made?: Made; autostart: boolean } = {
    renamed: false,
    autostart: false,
  };
  try {
    pending.notices.forEach(tell);
    if (name !== before) {
      await rename(host, facts.domain, name);
      done.renamed = true;
      tell(info(`${before} is now called ${name}.`));
    }
    if (pending.xml !== undefined) {
      await confirmDisks(host, facts);
      const { validate } = declared;
      const definition = { declared: declared.xml, xml: pending.xml, validate, verb: "redefine" as const };
      done.made = await define(host, domain, definition, (id) => (done.id = id));
      if (!isOff(facts.state) && declared.running)
        tell(info(`${name} keeps its old definition until its next boot.`));
      if (isOff(facts.state) && declared.running && facts.managedSave) tell(resumed(name));
    }
    done.autostart = declared.autostart !== undefined && declared.autostart !== facts.autostart;
    await applySettings(host, domain, declared, tell);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw await restored(host, facts, { ...done, name }, error);
  }
  return { ...recordOf(domain, declared.xml), ...(await observe(host, domain)) };
}

/** A snapshot that was taken since the look put the disks on overlays, which the new definition does not name. */
async function confirmDisks(host: DomainHost, { domain: { name, uuid }, xml }: DomainFacts): Promise<void> {
  if (sameDisks(await host.definitionXml(uuid, { inactive: true }), xml)) return;
  throw new VirshError({
    kind: "Conflict",
    tried: `redefine domain ${quote(name)}`,
    said: "someone else changed its disks a moment ago, perhaps with a snapshot",
    unchanged: true,
    next: "Update it again: an update compares the domain with its declaration.",
  });
}

function resumed(name: string): Notice {
  return info(
    `${name} has a managed-save image, so it continues with its old definition. The new one takes effect once it is shut down and started again.`,
  );
}

/** Renames a domain that is off. */
async function rename(host: DomainHost, { uuid, name }: DomainRef, to: string): Promise<void> {
  await attempt(`rename domain ${quote(name)} to ${quote(to)}`, () => host.renameDomain(uuid, to));
}
