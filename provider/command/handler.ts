import { text } from "node:stream/consumers";
import { createDomain } from "../domain/create.js";
import type { DomainDeclaration, RecordedDomain } from "../domain/declaration.js";
import { deleteDomain } from "../domain/delete.js";
import { updateDomain } from "../domain/update.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { VirshHosts } from "../virsh/host.js";
import { readPrevious, readSettings, type Settings } from "./settings.js";
import { errorText, HOW_TO_REPLACE, tell } from "./words.js";

/**
 * Connects the command that `@pulumi/command` runs to the life cycle of a domain. Standard output carries what is to be
 * recorded, standard error what the user sees meanwhile.
 */

/** For a define, a start and the reads around them together. */
const TIMEOUT_SECONDS = 600;

export function create(): Promise<void> {
  return run(async (settings) => createDomain(open(settings), await readDeclaration(settings), tell));
}

export function update(): Promise<void> {
  return run(async (settings) =>
    updateDomain(open(settings), readPrevious(process.env), await readDeclaration(settings), {
      tell,
      howToReplace: HOW_TO_REPLACE,
    }),
  );
}

export function delete_(): Promise<void> {
  return run(async (settings) => {
    await deleteDomain(open(settings), readPrevious(process.env), settings.shutdownTimeoutSeconds, tell);
    return undefined;
  });
}

async function readDeclaration(settings: Settings): Promise<DomainDeclaration> {
  return { ...settings, xml: await text(process.stdin) };
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
