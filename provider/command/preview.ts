import { changesDefinition, decideAdoption, refuseOtherUuid } from "../domain/decide.js";
import { adoptionLines, changeLines } from "../domain/preview.js";
import { isVirshError } from "../errors.js";
import { info, type Notice } from "../hypervisor/notice.js";
import { VirshHosts } from "../virsh/host.js";
import { readIdentity, refuseUndefinable } from "../xml/definition.js";
import { readRecord, readSettings } from "./settings.js";
import { HOW_TO_REPLACE } from "./words.js";

/** What a command is about to be given. */
export interface CommandInputs {
  xml: string;
  environment: Record<string, string>;
}

/** A preview does not wait long for a host that does not answer. */
const TIMEOUT_SECONDS = 10;

/**
 * The lines about a pending create. There are some only where it adopts an existing domain. Throws where the create
 * would be refused.
 */
export async function previewCreate({ xml, environment }: CommandInputs): Promise<Notice[]> {
  refuseUndefinable(xml);
  const { uri, adopt, ...settings } = readSettings(environment);
  if (!adopt) return [];
  const identity = readIdentity(xml);
  return unlessUnreachable(identity.name, async () => {
    const host = new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS });
    const adopted = decideAdoption(identity, adopt, await host.listDomains());
    if (adopted === undefined) return [];
    return adoptionLines({ ...settings, ...adopted }, await host.domainState(adopted.uuid));
  });
}

/**
 * The lines about a pending update: what it does, and when. `stdout` is what the previous command printed. Throws where
 * the update would be refused.
 */
export async function previewUpdate(stdout: string, { xml, environment }: CommandInputs): Promise<Notice[]> {
  refuseUndefinable(xml);
  const recorded = readRecord(stdout);
  refuseOtherUuid(readIdentity(xml).uuid, recorded, HOW_TO_REPLACE);
  const { uri, ...settings } = readSettings(environment);
  const { name, uuid } = recorded;
  const change = { ...settings, name, changesDefinition: changesDefinition(xml, recorded) };
  return unlessUnreachable(name, async () => {
    const host = new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS });
    return changeLines(change, await host.domainState(uuid));
  });
}

/** A machine that cannot reach the host can still preview. A refusal fails the preview, though. */
async function unlessUnreachable(name: string, look: () => Promise<Notice[]>): Promise<Notice[]> {
  try {
    return await look();
  } catch (error) {
    if (!isVirshError(error) || error.kind === "Conflict") throw error;
    return [info(`The preview could not check ${name} on its host: ${error.said}`)];
  }
}
