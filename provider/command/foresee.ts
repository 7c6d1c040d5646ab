import { changeLines } from "../definition/preview.js";
import { refuseOtherUuid } from "../definition/update.js";
import { digest } from "../definition/wanted.js";
import { isVirshError } from "../errors.js";
import { openDomainHost } from "../virsh/host.js";
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
 * What a pending change of a domain will do, and when, in words. `stdout` is what the command before it printed.
 * Throws where the change would be refused.
 */
export async function foresee(stdout: string, { xml, environment }: Asked): Promise<string[]> {
  const { name, uuid, xmlSha256 } = readPrevious({ PULUMI_COMMAND_STDOUT: stdout });
  refuseOtherUuid(readIdentity(xml).uuid, { name, uuid });
  const { uri, running, shutdownTimeoutSeconds } = readSettings(environment);
  const change = { name, xmlChanges: digest(xml) !== xmlSha256, running, shutdownTimeoutSeconds };
  try {
    const host = openDomainHost({ uri, timeoutSeconds: TIMEOUT_SECONDS });
    return changeLines(change, await host.domainState(uuid));
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return [`What this change does to ${name}, and when, could not be seen from here: ${error.said}`];
  }
}
