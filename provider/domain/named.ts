import { isVirshError } from "../errors.js";

/** Runs `operation`; its error says what was tried by the domain's name, where the host knows the UUID alone. */
export async function named<T>(tried: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw isVirshError(error) ? error.with({ tried }) : error;
  }
}
