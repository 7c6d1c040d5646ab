import { quote, VirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { DomainRef } from "../hypervisor/results.js";

/**
 * Stops where the name that the program gives a domain now belongs to another domain than the one meant: someone
 * renamed that one, and gave its name away.
 */
export async function expectSameDomain(
  host: Pick<QueryHost, "listDomains">,
  { uuid }: Pick<DomainRef, "uuid">,
  given: string,
  tried: string,
): Promise<void> {
  const domains = await host.listDomains();
  if (given.toLowerCase() === uuid) return;
  const named = domains.find(({ name }) => name === given);
  if (named === undefined || named.uuid === uuid) return;
  const meant = domains.find((domain) => domain.uuid === uuid);
  const now = meant === undefined ? "which is gone" : `which is called ${quote(meant.name)} now`;
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `${quote(given)} is the name of domain ${named.uuid} now, and the snapshot belongs to domain ${uuid}, ${now}`,
    unchanged: true,
    next: "Give the domains their names back, or name the domain that you mean by its UUID.",
    begun: false,
  });
}
