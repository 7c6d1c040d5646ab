import { quote, VirshError } from "../errors.js";
import type { QueryHost } from "./host.js";
import type { DomainRef } from "./results.js";

/**
 * The domain that `given`, a name or a UUID, stands for. From here on it is called by its UUID: virsh itself would
 * take a number for an id first, and an id is another domain's after the next start.
 */
export async function resolveDomain(
  host: Pick<QueryHost, "shownUri" | "listDomains">,
  given: string,
): Promise<DomainRef> {
  const domains = await host.listDomains();
  const found = domainCalled(given, domains);
  if (found === undefined) throw noSuchDomain(given, domains, host.shownUri);
  return found;
}

/** The domain among these that `given`, a name or a UUID, stands for. */
export function domainCalled(given: string, domains: readonly DomainRef[]): DomainRef | undefined {
  return (
    domains.find(({ uuid }) => uuid === given.toLowerCase()) ?? domains.find(({ name }) => name === given)
  );
}

function noSuchDomain(given: string, domains: readonly DomainRef[], uri: string | undefined): VirshError {
  const next = /^\d+$/.test(given)
    ? "libvirt's numeric ids change at every start, so they are not taken: give the domain's name or UUID."
    : `${knownDomains(domains)} Check domain and uri.`;
  return new VirshError({
    kind: "NotFound",
    tried: `find domain ${quote(given)}${uri === undefined ? "" : ` at ${uri}`}`,
    said: "the host lists no domain of that name or UUID",
    next,
  });
}

function knownDomains(domains: readonly DomainRef[]): string {
  if (domains.length === 0) return "It lists no domain at all.";
  const shown = domains.slice(0, 10).map(({ name }) => quote(name));
  const rest = domains.length - shown.length;
  return `It lists ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`;
}
