import { pendingDefinition } from "../domain/apply.js";
import {
  changesDefinition,
  decideAdoption,
  decideRename,
  decideUpdate,
  refuseOtherUuid,
} from "../domain/decide.js";
import { lookAt } from "../domain/look.js";
import { adoptionLines, changeLines } from "../domain/preview.js";
import { lookBeforeReplacement, replacementLine } from "../domain/replacement-lines.js";
import { isVirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { info, type Notice } from "../hypervisor/notice.js";
import { VirshHosts } from "../virsh/host.js";
import { readIdentity, refuseUndefinable } from "../xml/definition.js";
import { readRecord, readSettings } from "./settings.js";
import { HOW_TO_REPLACE } from "./words.js";

/** What a command is about to be given. */
export interface CommandInputs {
  xml: string;
  environment: Record<string, string>;
  /** The XML is a secret. */
  secret?: boolean;
}

/** What the state has of a command. */
export interface CommandState {
  stdout: string;
  /** The XML that it was given. */
  xml?: string | undefined;
}

/** A preview does not wait long for a host that does not answer. */
const TIMEOUT_SECONDS = 10;

/**
 * The lines about a pending create. There are some only where the host already has the domain. Throws where the create
 * would be refused for certain.
 */
export async function previewCreate({ xml, environment }: CommandInputs): Promise<Notice[]> {
  refuseUndefinable(xml);
  const { uri, adopt, ...settings } = readSettings(environment);
  const identity = readIdentity(xml);
  return look(identity.name, uri, async (host) => {
    const domains = await host.listDomains();
    const existing = domains.find(({ name, uuid }) => name === identity.name || uuid === identity.uuid);
    if (existing === undefined) return [];
    if (!adopt) {
      const facts = await lookBeforeReplacement(host, existing, domains);
      return [replacementLine({ ...settings, xml }, facts)];
    }
    const adopted = decideAdoption(identity, adopt, domains) ?? existing;
    const facts = await lookAt(host, adopted, { security: false });
    const { notices } = await pendingDefinition(host, { name: identity.name, xml }, facts, { changed: true });
    return [...adoptionLines({ ...settings, ...adopted }, facts), ...notices];
  });
}

/**
 * The lines about a pending update: what it does, and when. Throws where the update would be refused.
 */
export async function previewUpdate(
  { stdout, xml: previousXml }: CommandState,
  { xml, environment, secret = false }: CommandInputs,
): Promise<Notice[]> {
  refuseUndefinable(xml);
  const recorded = readRecord(stdout);
  const identity = readIdentity(xml);
  refuseOtherUuid(identity.uuid, recorded, HOW_TO_REPLACE);
  const { uri, ...settings } = readSettings(environment);
  return look(recorded.name, uri, async (host) => {
    const expected = { name: identity.name, uuid: recorded.uuid };
    const domain = decideUpdate(expected, await host.listDomains(), HOW_TO_REPLACE);
    const facts = await lookAt(host, domain, { security: false });
    decideRename(facts, identity.name, HOW_TO_REPLACE);
    const changed = changesDefinition(xml, recorded);
    const declared = { name: identity.name, xml };
    const pending = await pendingDefinition(host, declared, facts, { recorded, changed });
    const change = {
      ...{ ...settings, ...declared, secret, previousXml, previousName: recorded.name },
      defines: pending.xml !== undefined,
    };
    return [...changeLines(change, facts), ...pending.notices];
  });
}

/** A machine that cannot reach the host can still preview. A refusal, or a proof of absence, fails the preview, though. */
async function look(
  name: string,
  uri: string | undefined,
  lines: (host: QueryHost) => Promise<Notice[]>,
): Promise<Notice[]> {
  try {
    return await lines(new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS }));
  } catch (error) {
    if (!isVirshError(error) || error.kind === "Conflict" || error.kind === "NotFound") throw error;
    return [uncheckedLine(name, error.said)];
  }
}

export function uncheckedLine(name: string, said: string): Notice {
  return info(`The preview could not check ${name} on its host: ${said}`);
}
