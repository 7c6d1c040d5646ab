import { text } from "node:stream/consumers";
import { createDomain } from "../domain/create.js";
import type { DomainDeclaration, RecordedDomain } from "../domain/declaration.js";
import { deleteDomain } from "../domain/delete.js";
import { updateDomain } from "../domain/update.js";
import { isVirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { Tell } from "../hypervisor/notice.js";
import { VirshHosts } from "../virsh/host.js";
import { withoutValues } from "../xml/redact.js";
import { readPrevious, readSettings, type Settings } from "./settings.js";
import { errorText, HOW_TO_REPLACE, tell } from "./words.js";

/**
 * Connects the command that `@pulumi/command` runs to the life cycle of a domain. Standard output carries what is to be
 * recorded, standard error what the user sees meanwhile.
 */

/** For a define, a start and the reads around them together. */
const TIMEOUT_SECONDS = 600;

export function create(): Promise<void> {
  return apply(createDomain);
}

export function update(): Promise<void> {
  return apply((host, declared, tell) =>
    updateDomain(host, readPrevious(process.env), declared, { tell, howToReplace: HOW_TO_REPLACE }),
  );
}

export function delete_(): Promise<void> {
  return run(async (settings) => {
    await deleteDomain(open(settings), readPrevious(process.env), settings.shutdownTimeoutSeconds, tell);
    return undefined;
  });
}

function apply(
  change: (host: DomainHost, declared: DomainDeclaration, tell: Tell) => Promise<RecordedDomain>,
): Promise<void> {
  return run(async (settings) => {
    const xml = await text(process.stdin);
    const shown = (message: string) => (settings.secret ? withoutValues(message, xml) : message);
    try {
      return await change(open(settings), { ...settings, xml }, (notice) => {
        tell({ ...notice, text: shown(notice.text) });
      });
    } catch (error) {
      if (!isVirshError(error)) throw error;
      throw error.with({ said: shown(error.said), next: error.next && shown(error.next) });
    }
  });
}

function open({ uri, shutdownTimeoutSeconds }: Settings): DomainHost {
  return new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS + shutdownTimeoutSeconds });
}

async function run(operation: (settings: Settings) => Promise<RecordedDomain | undefined>): Promise<void> {
  try {
    const recorded = await operation(readSettings(process.env));
    if (recorded !== undefined) console.log(JSON.stringify(recorded));
  } catch (error) {
    // A failed command's error holds both outputs. Standard error was shown line by line, so there it would come twice.
    console.log(errorText(error));
    process.exitCode = 1;
  }
}
