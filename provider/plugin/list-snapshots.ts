import * as v from "valibot";
import { isVirshError } from "../errors.js";
import { checked, filterConflicts } from "../functions/check.js";
import { DEFAULT_TIMEOUT_SECONDS, getSnapshotsInputs, type GetSnapshotsInputs } from "../functions/inputs.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import type { DomainRef } from "../hypervisor/results.js";
import { input } from "../schema/field.js";
import { problem, type Problem } from "../schema/validate.js";
import { snapshotId } from "../snapshot/identity.js";
import type { Listed, Props, ProviderContext } from "./resource.js";

const { domain, ...filters } = getSnapshotsInputs.entries;

/** The filters of a listing: those of `getSnapshots`, of one domain or of all. */
export const listInputs = v.strictObject({
  domain: input(v.optional(domain), {
    doc: "Only the snapshots of this domain: its name or its UUID.",
    virsh: "--domain",
    defaultDoc: "all domains of the host",
  }),
  ...filters,
});

/** The snapshots of a host or of a domain, each with the ID that imports it. */
export async function listSnapshots(context: ProviderContext, query: Props): Promise<Listed[]> {
  const args = checked("list", listInputs, query, conflicts);
  const { domain: given, uri, timeoutSeconds, ...filter } = args;
  const host = context.open({ inputs: { uri, timeoutSeconds }, defaultSeconds: DEFAULT_TIMEOUT_SECONDS });
  const domains = given === undefined ? await host.listDomains() : [await resolveDomain(host, given)];
  const listed = domains.map(async ({ uuid, name: domainName }: DomainRef) => {
    const names = await host.listSnapshots(uuid, filter).catch((error: unknown) => {
      // A domain that was undefined in the meantime has none.
      if (given !== undefined || !isVirshError(error, "NotFound")) throw error;
      return [];
    });
    return names.map((name) => ({
      id: snapshotId({ domainUuid: uuid, name }),
      name: given === undefined ? `${domainName}-${name}` : name,
    }));
  });
  return (await Promise.all(listed)).flat();
}

function conflicts(args: v.InferOutput<typeof listInputs>): Problem[] {
  const { domain: given, from, current } = args;
  if (given === undefined && (from !== undefined || current === true))
    return [
      problem(from === undefined ? "current" : "from", "it is a snapshot of one domain. Set domain, too"),
    ];
  return filterConflicts(args as GetSnapshotsInputs);
}
