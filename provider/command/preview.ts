import { takenOver } from "../domain/create.js";
import { adoptionLines, changeLines } from "../domain/preview.js";
import { refuseOtherUuid } from "../domain/update.js";
import { digest } from "../domain/wanted.js";
import { isVirshError } from "../errors.js";
import { VirshHosts } from "../virsh/host.js";
import { readIdentity } from "../xml/definition.js";
import { readPrevious, readSettings } from "./settings.js";

/** What a command is about to be given. */
export interface Asked {
  xml: string;
  environment: Record<string, string>;
}

/** A preview is not to wait long for a host that does not answer. */
const TIMEOUT_SECONDS = 10;

/**
 * What a pending create will do to a domain that is there already, in words: only where it is to be taken over is there
 * anything to tell. Throws where it would be refused.
 */
export async function foreseeCreate({ xml, environment }: Asked): Promise<string[]> {
  const { uri, adopt, ...settings } = readSettings(environment);
  if (!adopt) return [];
  const identity = readIdentity(xml);
  return orQuietly(identity.name, async () => {
    const host = new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS });
    const existing = takenOver(identity, await host.listDomains(), adopt);
    if (existing === undefined) return [];
    return adoptionLines({ ...settings, ...existing }, await host.domainState(existing.uuid));
  });
}

/**
 * What a pending change of a domain will do, and when, in words. `stdout` is what the command before it printed.
 * Throws where the change would be refused.
 */
export async function foreseeUpdate(stdout: string, { xml, environment }: Asked): Promise<string[]> {
  const { name, uuid, xmlSha256 } = readPrevious({ PULUMI_COMMAND_STDOUT: stdout });
  refuseOtherUuid(readIdentity(xml).uuid, { name, uuid });
  const { uri, ...settings } = readSettings(environment);
  const change = { ...settings, name, xmlChanges: digest(xml) !== xmlSha256 };
  return orQuietly(name, async () => {
    const host = new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS });
    return changeLines(change, await host.domainState(uuid));
  });
}

/** A runner that cannot reach the host still previews; that it would be refused is told, though. */
async function orQuietly(name: string, look: () => Promise<string[]>): Promise<string[]> {
  try {
    return await look();
  } catch (error) {
    if (!isVirshError(error) || error.kind === "Conflict") throw error;
    return [`What this does to ${name}, and when, could not be seen from here: ${error.said}`];
  }
}
