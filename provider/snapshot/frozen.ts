import { isVirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";

/** Whether the file systems of a running guest are frozen; `undefined` where its agent does not say. */
export async function areFrozen(
  host: Pick<QueryHost, "isFrozen">,
  uuid: string,
): Promise<boolean | undefined> {
  try {
    return await host.isFrozen(uuid);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return undefined;
  }
}
