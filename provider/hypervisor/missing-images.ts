import { isVirshError, type VirshError } from "../errors.js";
import type { DomainXml } from "../xml/domain.js";
import type { QueryHost } from "./host.js";

/**
 * The targets of the disks whose images do not exist on the host. Of a domain that runs none: QEMU keeps what it has
 * opened, and libvirt asks QEMU.
 */
export async function missingImages(host: QueryHost, { uuid, id, disks }: DomainXml): Promise<string[]> {
  if (id !== undefined) return [];
  const images = disks.filter(
    ({ type, source }) => source !== undefined && (type === "file" || type === "block"),
  );
  const found = await Promise.all(
    images.map(async ({ target }): Promise<string[]> => {
      try {
        await host.blockInfo(uuid, target);
        return [];
      } catch (error) {
        if (!isVirshError(error, "Unexpected")) throw error;
        return saysMissing(error) ? [target] : [];
      }
    }),
  );
  return found.flat();
}

function saysMissing({ said }: VirshError): boolean {
  return said.endsWith(": No such file or directory");
}
