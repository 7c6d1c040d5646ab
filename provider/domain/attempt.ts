import { isVirshError } from "../errors.js";

/**
 * Runs `operation`. If it fails, the error says `tried`, which names the domain; the host's own error knows only the
 * UUID.
 */
export async function attempt<T>(tried: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw isVirshError(error) ? error.with({ tried }) : error;
  }
}
