import { isVirshError, quote } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef } from "../hypervisor/results.js";
import { info, type Notice } from "../hypervisor/notice.js";
import { nvramFile } from "../xml/disk-source.js";
import { parseDocument } from "../xml/document.js";
import type { RecordedDomain } from "./declaration.js";

/** The file with the variables of a domain's firmware, and who else uses it. */
export interface NvramFacts {
  file: string | undefined;
  /** Names of other domains whose definition names the same file. */
  others: readonly string[];
}

export async function lookAtNvram(
  host: Pick<DomainHost, "definitionXml">,
  { uuid }: DomainRef,
  domains: readonly DomainRef[],
): Promise<NvramFacts> {
  const file = fileIn(await host.definitionXml(uuid, { inactive: true }));
  if (file === undefined) return { file, others: [] };
  const others = domains.filter((domain) => domain.uuid !== uuid);
  const files = await Promise.all(others.map((domain) => fileOf(host, domain)));
  return { file, others: others.filter((_, index) => files[index] === file).map(({ name }) => name) };
}

/** Of a domain that was undefined since it was listed: none. */
async function fileOf(
  host: Pick<DomainHost, "definitionXml">,
  { uuid }: DomainRef,
): Promise<string | undefined> {
  try {
    return fileIn(await host.definitionXml(uuid, { inactive: true }));
  } catch (error) {
    if (isVirshError(error, "NotFound")) return undefined;
    throw error;
  }
}

function fileIn(xml: string): string | undefined {
  return nvramFile(parseDocument(xml, "domain"));
}

/**
 * Whether the file goes with the domain: only the one that libvirt generated for it, and only if nobody else uses it. A
 * file that the XML names belongs to the user, like a disk.
 */
export function decideNvram(
  { name, nvram }: Pick<RecordedDomain, "name" | "nvram">,
  { file, others }: NvramFacts,
): { deleted: boolean; notices: Notice[] } {
  if (file === undefined) return { deleted: true, notices: [] };
  const kept = (why: string) => ({
    deleted: false,
    notices: [info(`The NVRAM of ${name}, ${file}, is kept: ${why}.`)],
  });
  if (others.length > 0) return kept(`${others.map(quote).join(", ")} uses it, too`);
  if (nvram === "declared") return kept("the XML names it");
  // A domain that was renamed keeps the file of its old name.
  const isGenerated = nvram === "generated" ? GENERATED.test(file) : GENERATED.exec(file)?.[1] === name;
  return isGenerated ? { deleted: true, notices: [] } : kept("libvirt did not generate it for this domain");
}

const GENERATED = /\/nvram\/([^/]+)_VARS\.[^/.]+$/;

/** The file that a domain keeps when it is defined again: libvirt would generate one of another name after a rename. */
export function keptNvram(name: string, hostXml: string): string | undefined {
  const file = fileIn(hostXml);
  return file === undefined || GENERATED.exec(file)?.[1] === name ? undefined : file;
}
