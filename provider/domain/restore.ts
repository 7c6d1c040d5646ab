import { stampOf } from "../definition/stamp.js";
import { isVirshError, type VirshError } from "../errors.js";
import { mayStillRun } from "../hypervisor/act.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { diskSources } from "../xml/disk-source.js";
import { parseDocument } from "../xml/document.js";
import type { Made } from "./act.js";
import type { DomainFacts } from "./look.js";

/** What a change that failed had done by then. */
interface Done {
  /** The name that the change gives the domain. */
  name: string;
  renamed: boolean;
  /** The define that was begun. */
  id?: string;
  /** What libvirt made of it. */
  made?: Made;
}

/**
 * Gives a domain back the name and the definition that it had before a change that failed, so that the host has what
 * the state records. Returns `failed`, which then says what the host has.
 */
export async function restored(
  host: DomainHost,
  before: DomainFacts,
  done: Done,
  failed: VirshError,
): Promise<VirshError> {
  const { uuid, name } = before.domain;
  if (!done.renamed && done.id === undefined) return failed;
  const changed = failed.with({ unchanged: false });
  const compares = "The next update compares it with the host.";
  if (mayStillRun(failed)) return changed.adding(`${name} may have its new definition by now. ${compares}`);
  try {
    const now = parseDocument(await host.definitionXml(uuid, { inactive: true }), "domain");
    const isNew = done.id !== undefined && stampOf(now)?.id === done.id;
    if (done.made !== undefined && (!isNew || !sameDisks(now, done.made)))
      return changed.adding(`Someone else changed ${name} meanwhile, so it stays as it is now. ${compares}`);
    if (!before.persistent) return changed.adding(`${done.name} has its new definition. ${compares}`);
    // libvirt refuses a definition under another name than the domain has.
    if (done.renamed) await host.renameDomain(uuid, name);
    if (isNew) await host.defineDomain(before.xml);
    else if (!done.renamed) return failed;
    return changed.adding(`${name} has its previous definition again.`);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return changed.adding(
      `${done.name} has its new definition, because the previous one could not be restored: ${error.said}. ${compares}`,
    );
  }
}

/** A snapshot that was taken meanwhile puts the disks on overlays, which the old definition does not name. */
function sameDisks(now: ReturnType<typeof parseDocument>, { xml }: Made): boolean {
  const sources = (domain: typeof now) =>
    JSON.stringify(diskSources(domain).map(({ target, source }) => [target, source]));
  return sources(now) === sources(parseDocument(xml, "domain"));
}
