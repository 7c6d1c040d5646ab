import { text } from "node:stream/consumers";
import { createDomain } from "../domain/create.js";
import type { DomainDeclaration, RecordedDomain } from "../domain/declaration.js";
import { deleteDomain } from "../domain/delete.js";
import { updateDomain } from "../domain/update.js";
import { isVirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { VirshHosts } from "../virsh/host.js";
import { readPrevious, readSettings, type Settings } from "./settings.js";
import { HOW_TO_REPLACE, tell } from "./words.js";

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
    console.log(messageOf(error));
    process.exitCode = 1;
  }
}

function messageOf(error: unknown): string {
  if (!isVirshError(error)) return error instanceof Error ? String(error.stack) : String(error);
  if (error.kind !== "Timeout") return error.message;
  // The error's own next step names an input that a Domain does not have.
  return error.with({ unchanged: false, next: AFTER_TIMEOUT }).message;
}

const AFTER_TIMEOUT =
  "The host may still be working on it. Look at virsh domstate and virsh domcontrol before you try again.";
