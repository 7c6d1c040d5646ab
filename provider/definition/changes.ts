import type { XmlElement } from "../xml/element.js";
import { definitionDifferences } from "./differences.js";
import { definitionFacts } from "./facts.js";
import { flattened, type FlatDefinition } from "./flat.js";

/** The declared definition before and after an edit of the program, and what the host has. */
export interface DeclaredChange {
  before: XmlElement;
  after: XmlElement;
  /** As libvirt prints it, without passwords. */
  host: XmlElement;
}

/**
 * Whether the edit means another definition of the domain. It does not where only the form of the text differs, and not
 * where the host has what the new text states: then its author has written down what libvirt had filled in.
 */
export function changesMeaning({ before, after, host }: DeclaredChange): boolean {
  const [old, now, present] = [flattened(before), flattened(after), flattened(host)];
  // An import takes over libvirt's own text, which states all that libvirt filled in. Leaving that out means nothing.
  const isImported = isPrinted(old, present);
  const isStated = [...now].some(
    ([place, value]) =>
      old.get(place) !== value && present.get(place) !== value && !(isImported && CHOSEN.test(place)),
  );
  if (isStated) return true;
  const removed = [...old.keys()].filter(
    (place) => !now.has(place) && (present.has(place) || isPassword(place)),
  );
  if (removed.length === 0) return false;
  if (!isImported) return true;
  return definitionDifferences(definitionFacts(host), definitionFacts(after), "is added").length > 0;
}

/** What libvirt prints in other words than a person uses: the machine of an alias, a generated MAC address. */
const CHOSEN = /^os\/type@machine$|^devices\/interface(?:\(\d+\))?(?:[/@]|$)/;

/** Whether `text` is what libvirt prints of the domain. */
function isPrinted(text: FlatDefinition, present: FlatDefinition): boolean {
  return [...present].every(([place, value]) => text.get(place) === value);
}

/** libvirt prints them only for those who may change the domain. */
function isPassword(place: string): boolean {
  return /@passwd$|\/cookie(?:\(\d+\))?$/.test(place);
}
