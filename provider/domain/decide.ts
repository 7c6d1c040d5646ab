import { quote, quoteAll, VirshError } from "../errors.js";
import type { DomainRef } from "../hypervisor/results.js";
import { warning, type Notice } from "../hypervisor/notice.js";
import type { DomainIdentity } from "../xml/definition.js";
import { digest, type RecordedDomain } from "./declaration.js";
import type { DomainFacts } from "./look.js";
import { isOff } from "./power.js";

/*
 * The decisions of create, update and delete, from facts of the host that were read before. All of it is pure; a
 * preview calls the same functions. A refusal is thrown, as an error that says what to do.
 */

/** The existing domain that a create adopts, or `undefined` if it defines a new one. */
export function decideAdoption(
  { name, uuid }: DomainIdentity,
  adopt: boolean,
  domains: readonly DomainRef[],
): DomainRef | undefined {
  const sameName = domains.find((known) => known.name === name);
  const sameUuid = domains.find((known) => known.uuid === uuid);
  const existing = sameName ?? sameUuid;
  if (existing === undefined) return undefined;
  const tried = `define domain ${quote(name)}`;
  if (sameName === undefined) {
    throw refusal("Conflict", {
      tried,
      said: `domain ${quote(existing.name)} on the host already has the UUID ${existing.uuid}`,
      next: "Remove <uuid> from the XML to give this domain a UUID of its own, or rename the other one first (virsh domrename).",
    });
  }
  if (uuid !== undefined && uuid !== sameName.uuid) {
    throw refusal("Conflict", {
      tried,
      said: `the host has another domain of that name, ${sameName.uuid}, but the XML says ${uuid}`,
      next: "Choose another <name>, or remove <uuid> and set adopt: true to adopt the existing domain.",
    });
  }
  if (adopt) return sameName;
  throw refusal("Conflict", {
    tried,
    said: `the host already has a domain of that name, ${sameName.uuid}`,
    next: "Choose another <name>, or set adopt: true to adopt the existing domain and replace its definition.",
  });
}

/** Whether the declared XML is another one than the XML that was applied last. */
export function changesDefinition(xml: string, { xmlSha256 }: RecordedDomain): boolean {
  return digest(xml) !== xmlSha256;
}

/**
 * Refuses XML that names another UUID: a domain keeps its UUID, so such XML cannot mean a change of this domain.
 * `howToReplace` is the adapter's clause for the user.
 */
export function refuseOtherUuid(
  declared: string | undefined,
  { name, uuid }: DomainRef,
  howToReplace: string,
): void {
  if (declared === undefined || declared === uuid) return;
  throw refusal("Conflict", {
    tried: `redefine domain ${quote(name)}`,
    said: `xml has the UUID ${declared}, but this domain is ${uuid}`,
    next:
      "Remove <uuid> from the XML to keep the domain's own. " +
      `To define another domain in its place, change <name> as well, or ${howToReplace}.`,
  });
}

/**
 * The domain to update, which the host must still list under its UUID, as the host calls it now. It may have another
 * name than `name`, the declared one, but then nobody else may have that.
 */
export function decideUpdate(
  { name, uuid }: DomainRef,
  domains: readonly DomainRef[],
  howToReplace: string,
): DomainRef {
  const sameUuid = domains.find((known) => known.uuid === uuid);
  const sameName = domains.find((known) => known.name === name);
  const tried = `update domain ${quote(name)}`;
  if (sameUuid === undefined) {
    const gone = `the host lists no domain ${uuid}`;
    throw refusal("NotFound", {
      tried,
      said:
        sameName === undefined ? gone : `${gone}; its name now belongs to another domain, ${sameName.uuid}`,
      next:
        "Check that uri leads to the host on which it was defined. " +
        `If someone undefined it outside of this program, ${howToReplace} to define it again.`,
    });
  }
  if (sameName !== undefined && sameName.uuid !== uuid) {
    throw refusal("Conflict", {
      tried: `rename domain ${quote(sameUuid.name)} to ${quote(name)}`,
      said: `the host has another domain of that name, ${sameName.uuid}`,
      next: "Choose another <name>, or rename the other domain first (virsh domrename).",
    });
  }
  return sameUuid;
}

/** Refuses to rename a domain that libvirt would not rename. */
export function decideRename(
  { domain: { name, uuid }, state, managedSave, persistent }: DomainFacts,
  to: string,
  howToReplace: string,
): void {
  if (name === to) return;
  const why = isOff(state)
    ? managedSave && "it has a managed-save image, which libvirt keeps under its name"
    : `it is ${state}, and libvirt renames only domains that are off`;
  const said = persistent
    ? why
    : "it has no persistent definition, because someone undefined it while it ran";
  if (said === false) return;
  throw refusal("Conflict", {
    tried: `rename domain ${quote(name)} to ${quote(to)}`,
    said,
    next:
      (isOff(state)
        ? `Start it, which resumes that image, and shut it down (virsh start ${uuid}, virsh shutdown ${uuid}); then update it. `
        : `Shut it down (virsh shutdown ${uuid}), then update it. `) +
      `To have another domain in its place, ${howToReplace}.`,
  });
}

/** What the host knows about a domain that is to be deleted. */
export interface DeleteFacts {
  domains: readonly DomainRef[];
  snapshots: readonly string[];
  checkpoints: readonly string[];
}

/** The domain to delete, or `undefined` if it no longer exists. */
export interface DeleteDecision {
  domain: DomainRef | undefined;
  notices: readonly Notice[];
}

/** libvirt would refuse to undefine a domain with snapshots only once the domain is off; this refuses earlier. */
export function decideDelete(
  { name, uuid }: DomainRef,
  { domains, snapshots, checkpoints }: DeleteFacts,
): DeleteDecision {
  const domain = domains.find((known) => known.uuid === uuid);
  if (domain === undefined) {
    const other = domains.find((known) => known.name === name);
    if (other === undefined) return { domain, notices: [] };
    const text = `${name} is now another domain, ${other.uuid} instead of ${uuid}. It is left as it is.`;
    return { domain, notices: [warning(text)] };
  }
  const dependents = [...named("snapshot", snapshots), ...named("checkpoint", checkpoints)];
  if (dependents.length === 0) return { domain, notices: [] };
  throw refusal("Conflict", {
    tried: `undefine domain ${quote(domain.name)}`,
    said: `it still has ${dependents.join(" and ")}, which this program does not declare or has not deleted yet`,
    next:
      "Delete them first if nobody needs them (virsh snapshot-delete, virsh checkpoint-delete). " +
      "A Snapshot with domain: vm.name is deleted before its domain.",
  });
}

const SHOWN = 10;

function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`the ${what}${names.length === 1 ? "" : "s"} ${quoteAll(names, SHOWN)}`];
}

/** A decision against an operation, made before anything on the host was changed. */
function refusal(
  kind: "Conflict" | "NotFound",
  { tried, said, next }: { tried: string; said: string; next: string },
): VirshError {
  return new VirshError({ kind, tried, said, unchanged: true, next });
}
