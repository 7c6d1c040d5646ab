import { isVirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { HostIdentity } from "../hypervisor/host-identity.js";
import { warning, type Tell } from "../hypervisor/notice.js";
import { expectHost } from "../snapshot/which-host.js";
import { createDomain } from "./create.js";
import {
  DEFAULT_SHUTDOWN_TIMEOUT_SECONDS,
  type DomainDeclaration,
  type RecordedDomain,
} from "./declaration.js";
import { deleteDomain } from "./delete.js";
import { diffDomain, isIgnored, type Declared } from "./diff.js";
import type { DomainInputs } from "./inputs.js";
import { appliedDefinition, knownDomain, recordedDomain, type KnownDomain, type ReadOn } from "./known.js";
import { lookAt } from "./look.js";
import { readOn } from "./read.js";
import { updateDomain } from "./update.js";

/** What inputs declare, with the defaults of those that are absent. */
export function declarationOf(inputs: DomainInputs): DomainDeclaration {
  const { xml, running = true, autostart, adopt = false, validate = false } = inputs;
  const { shutdownTimeoutSeconds = DEFAULT_SHUTDOWN_TIMEOUT_SECONDS } = inputs;
  return { xml, running, autostart, adopt, validate, shutdownTimeoutSeconds };
}

/** Defines or adopts a domain, and returns what a state keeps of it. `uri`: that of the resource, or of its provider. */
export async function createKnown(
  host: DomainHost,
  inputs: DomainInputs,
  uri: string | undefined,
  tell: Tell,
): Promise<KnownDomain> {
  const on = await readOn(host, uri);
  const record = await createDomain(host, declarationOf(inputs), tell);
  return readBack(host, { inputs, declared: inputs.xml, record, on, tell });
}

/** What an update is given beside the host. */
export interface UpdateOfKnown {
  known: KnownDomain;
  declared: Declared;
  /** The URI of the resource, or of its provider. */
  uri: string | undefined;
  howToReplace: string;
  tell: Tell;
}

/** Applies changed inputs to a known domain, or its own inputs again, where someone else changed it. */
export async function updateKnown(host: DomainHost, update: UpdateOfKnown): Promise<KnownDomain> {
  const { known, declared, uri, howToReplace, tell } = update;
  const on = await onKnownHost(host, known, declared.now.uri !== known.uri, uri);
  const { recorded, declaration, ...options } = updateOf(known, declared);
  const record = await updateDomain(host, recorded, declaration, { ...options, howToReplace, tell });
  const xml = options.keeps ? undefined : declared.now.xml;
  return readBack(host, { inputs: declared.now, declared: xml, record, on, known, tell });
}

/** What an update of a known domain amounts to, for its preview as for the update itself. */
export function updateOf(known: KnownDomain, declared: Declared) {
  const { now, before, ignored } = declared;
  const declaration = declarationOf(now);
  return {
    recorded: recordedDomain(known, before?.xml),
    declaration: {
      ...declaration,
      // What the program ignores stays as it is on the host.
      running: isIgnored("running", ignored) ? (known.running ?? true) : declaration.running,
      autostart: isIgnored("autostart", ignored) ? undefined : declaration.autostart,
    },
    changed: diffDomain(known, declared).defines,
    keeps: isIgnored("xml", ignored),
  };
}

/** Shuts a known domain down and undefines it. */
export async function deleteKnown(
  host: DomainHost,
  known: KnownDomain,
  shutdownTimeoutSeconds: number | undefined,
  tell: Tell,
): Promise<void> {
  await expectHost(host, { domainUuid: known.uuid, host: known.host }, `delete domain ${known.name}`);
  const limit = shutdownTimeoutSeconds ?? DEFAULT_SHUTDOWN_TIMEOUT_SECONDS;
  await deleteDomain(host, recordedDomain(known, undefined), limit, tell);
}

/** A changed URI declares that the domain may be on another host; the one that it is found on is recorded. */
async function onKnownHost(
  host: DomainHost,
  known: KnownDomain,
  moves: boolean,
  uri: string | undefined,
): Promise<ReadOn> {
  const on = await readOn(host, uri);
  if (moves) return on;
  const mine: HostIdentity = known.host;
  await expectHost(host, { domainUuid: known.uuid, host: mine }, `update domain ${known.name}`);
  return { ...on, host: mine };
}

interface Changed {
  inputs: DomainInputs;
  /** The XML that was applied; without it, what was applied last stays. */
  declared: string | undefined;
  record: RecordedDomain;
  on: ReadOn;
  known?: KnownDomain;
  tell: Tell;
}

/**
 * What is kept of a domain that was just changed. What was done stays done, even where it cannot be read back: the next
 * refresh reads it.
 */
async function readBack(
  host: DomainHost,
  { inputs, declared, record, on: { host: identity, libvirt }, known, tell }: Changed,
): Promise<KnownDomain> {
  try {
    const facts = await lookAt(host, record, { security: false });
    const applied =
      declared === undefined && known !== undefined
        ? known.applied
        : appliedDefinition(declared ?? inputs.xml, facts.xml, libvirt);
    return knownDomain(inputs, facts, { host: identity }, applied);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const { state = "no state", autostart = false, persistent = true } = record;
    const { name, uuid } = record;
    tell(
      warning(`${name} was changed, but could not be read back: ${error.message} The next refresh reads it.`),
    );
    const facts = {
      domain: { name, uuid },
      xml: inputs.xml,
      state,
      autostart,
      persistent,
      managedSave: false,
    };
    const applied = { ...appliedDefinition(inputs.xml, inputs.xml, libvirt), made: "" };
    return knownDomain(inputs, facts, { host: identity }, applied);
  }
}
