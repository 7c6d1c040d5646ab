import type { DomainHost } from "../hypervisor/domain-host.js";
import type { Tell } from "../hypervisor/notice.js";
import { applyTo } from "./apply.js";
import type { DomainDeclaration, RecordedDomain } from "./declaration.js";
import { planUpdate, type PlanOptions } from "./plan.js";

/** What the adapter supplies to an update. */
export interface UpdateOptions extends PlanOptions {
  tell: Tell;
}

/** Applies a changed declaration to a domain that was defined here. It stays the same domain. */
export async function updateDomain(
  host: DomainHost,
  recorded: RecordedDomain,
  declared: DomainDeclaration,
  { tell, ...options }: UpdateOptions,
): Promise<RecordedDomain> {
  const { facts, name, pending } = await planUpdate(host, recorded, declared.xml, {
    ...options,
    security: true,
  });
  return applyTo(host, facts, { ...declared, name }, pending, tell);
}
