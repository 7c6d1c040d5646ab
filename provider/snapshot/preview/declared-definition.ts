import { definitionInForce } from "../../definition/in-force.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { RevertFacts } from "../revert/look.js";

/** The XML that a program declares for the domain of a snapshot; empty where it is a secret. */
export interface DeclaredDefinition {
  xml: string;
  secret: boolean;
  /** Of a domain that the program is about to change. Its name may be new, too. */
  uuid?: string;
}

/**
 * The host once the program has applied the XML that it declares: an update does that before it reverts the domain. A
 * definition that is in force stays as libvirt prints it, which says more.
 */
export function hostWithDefinition(host: QueryHost, uuid: string, xml: string): QueryHost {
  if (xml === "") return host;
  return {
    ...host,
    definitionXml: async (of, options) => {
      const present = await host.definitionXml(of, options);
      return of !== uuid || definitionInForce(xml, present).inForce ? present : xml;
    },
  };
}

/** What to say of a definition that the program itself declares: it comes back with the next update. */
export function withDeclared(facts: RevertFacts, declared: DeclaredDefinition | undefined): RevertFacts {
  if (declared === undefined || facts.differences.length === 0) return facts;
  const shown = declared.secret
    ? ["what differs is not shown, because the XML is a secret"]
    : facts.differences;
  const last = shown.at(-1) ?? "";
  return {
    ...facts,
    differences: [
      ...shown.slice(0, -1),
      `${last} (until the next update, which applies the declared one again)`,
    ],
  };
}
