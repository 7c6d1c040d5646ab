import { parseDocument } from "../xml/document.js";
import type { XmlElement } from "../xml/element.js";
import { definitionFacts } from "./facts.js";
import { declaredDigest, isComparable, madeDigest, stampOf } from "./stamp.js";

/** Whether the definition of a domain on the host is the declared one. */
export type Force =
  | { inForce: true }
  /**
   * `unfinished`: the define of this declaration was not read back. `declared`: another declaration was applied last, or
   * a revert brought one back. `changed`: the definition was changed after it was applied. `unmarked`: it has no stamp,
   * and differs.
   */
  | { inForce: false; why: "unfinished" | "declared" | "changed" | "unmarked" };

const IN_FORCE: Force = { inForce: true };

/** `hostXml`: the persistent definition, as `dumpxml --inactive` prints it. */
export function definitionInForce(declaredXml: string, hostXml: string): Force {
  const host = parseDocument(hostXml, "domain");
  const stamp = stampOf(host);
  if (stamp === undefined) {
    // An earlier version defined it, or someone else: it counts as declared unless it provably is not.
    return differs(parseDocument(declaredXml, "domain"), host)
      ? { inForce: false, why: "unmarked" }
      : IN_FORCE;
  }
  if (stamp.declared !== declaredDigest(declaredXml)) return { inForce: false, why: "declared" };
  if (stamp.made === undefined) return { inForce: false, why: "unfinished" };
  const made = madeDigest(host);
  if (isComparable(stamp.made, made) && stamp.made !== made) return { inForce: false, why: "changed" };
  return IN_FORCE;
}

/** Facts that libvirt takes from a declaration as they are. */
const CERTAIN = ["title", "description", "vcpus"];

function differs(declared: XmlElement, host: XmlElement): boolean {
  const [ours, theirs] = [definitionFacts(declared), definitionFacts(host)];
  return [...CERTAIN, ...(computesMemory(declared) ? [] : ["memory"])].some(
    (name) => comparable(ours.get(name)) !== comparable(theirs.get(name)),
  );
}

/** libvirt adds up the memory of NUMA cells and of memory devices. */
function computesMemory(domain: XmlElement): boolean {
  const modules = domain.child("devices")?.all("memory") ?? [];
  return (
    domain.child("memory") === undefined ||
    domain.child("cpu")?.child("numa") !== undefined ||
    modules.length > 0
  );
}

/** libvirt has its own way with line ends and blanks. */
function comparable(fact: string | undefined): string {
  return (fact ?? '""').replace(/(?:\\[rnt]|\s)+/g, " ").replace(/^" | "$/g, '"');
}
