import type { QueryHost } from "../../hypervisor/host.js";
import { resolveDomain } from "../../hypervisor/resolve-domain.js";
import { lookBeforeCreate } from "../create/look.js";
import { readFacts } from "../facts.js";
import { withImageDates } from "../image-identity.js";
import { lookBeforeRevert } from "../revert/look.js";
import type { Declared, Purpose } from "./neighbours.js";
import { lookAround } from "./surroundings.js";

/**
 * Asks what the looks at these snapshots will ask, as far as their names tell, so that the answers are known by then. They
 * may turn out to be declared in another way, or not to change at all: then the answers are of no use.
 */
export async function takeAlong(
  host: QueryHost,
  neighbours: readonly Declared[],
  purpose: Purpose,
): Promise<void> {
  const look = purpose === "create" ? createLook : revertLook;
  // What fails here is asked again when it is needed, and fails there.
  await Promise.allSettled(neighbours.map((neighbour) => look(host, neighbour)));
}

async function createLook(host: QueryHost, { domain, name }: Declared): Promise<void> {
  const inputs = { domain, name };
  const facts = await lookBeforeCreate(host, await resolveDomain(host, domain), inputs);
  await lookAround(host, facts, inputs);
}

async function revertLook(host: QueryHost, { domain, name }: Declared): Promise<void> {
  const { uuid, name: domainName } = await resolveDomain(host, domain);
  const target = { domainUuid: uuid, name };
  const [{ snapshot, current }] = await Promise.all([
    lookBeforeRevert(host, {
      do: "revert",
      domainName,
      domain,
      target,
      memory: false,
      drift: false,
      triggers: [],
      options: {},
      taken: [],
      maybe: true,
    }),
    host.hostIdentity(),
  ]);
  await withImageDates(
    host,
    snapshot,
    readFacts({ uuid, name: domainName }, snapshot, current).capturedDisks,
  );
}
