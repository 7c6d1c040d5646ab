import { text } from "node:stream/consumers";
import { create as createDomain } from "../domain/create.js";
import { remove } from "../domain/remove.js";
import { update as updateDomain } from "../domain/update.js";
import type { Defined } from "../domain/wanted.js";
import { isVirshError } from "../errors.js";
import { VirshHosts } from "../virsh/host.js";
import { readPrevious, readSettings, type Settings } from "./settings.js";

/**
 * The command that `@pulumi/command` runs on one side, the life cycle of a domain on the other. What is to be
 * remembered goes to standard output, what the user is to see meanwhile to standard error.
 */

/** What a `define`, a `start` and the look-ups around them may take together. */
const TIMEOUT_SECONDS = 600;

export function create(): Promise<void> {
  return carryOut(async (settings) => createDomain(hostFor(settings), await wanted(settings), tell));
}

export function update(): Promise<void> {
  return carryOut(async (settings) =>
    updateDomain(hostFor(settings), readPrevious(process.env), await wanted(settings), tell),
  );
}

export function delete_(): Promise<void> {
  return carryOut(async (settings) => {
    await remove(hostFor(settings), readPrevious(process.env), settings.shutdownTimeoutSeconds, tell);
    return undefined;
  });
}

async function wanted(settings: Settings) {
  return { ...settings, xml: await text(process.stdin) };
}

function hostFor({ uri, shutdownTimeoutSeconds }: Settings) {
  return new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS + shutdownTimeoutSeconds });
}

function tell(line: string): void {
  console.error(line);
}

async function carryOut(operation: (settings: Settings) => Promise<Defined | undefined>): Promise<void> {
  try {
    const defined = await operation(readSettings(process.env));
    if (defined !== undefined) console.log(JSON.stringify(defined));
  } catch (error) {
    // A failed command's outputs are both in its error; standard error has been shown by then, and would be twice.
    console.log(message(error));
    process.exitCode = 1;
  }
}

function message(error: unknown): string {
  if (!isVirshError(error)) return error instanceof Error ? String(error.stack) : String(error);
  if (error.kind !== "Timeout") return error.message;
  // A domain has no input for that limit.
  return error.with({ next: LOOK_FIRST }).message;
}

const LOOK_FIRST =
  "The host may still be working on it: see virsh domstate and virsh domcontrol before trying again.";
