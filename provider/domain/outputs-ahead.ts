import { isKnown, UNKNOWN } from "../schema/unknown.js";
import { readIdentity } from "../xml/definition.js";
import { diffDomain, type Declared } from "./diff.js";
import type { DomainInputs } from "./inputs.js";
import type { KnownDomain } from "./known.js";

/** What a preview returns as outputs: what is known already, and the rest as unknown. */

type Outputs = Record<string, unknown>;

/** Of a domain that is about to be defined; `uuid`: that of a domain that is adopted. */
export function domainUnknown(inputs: DomainInputs, uuid?: string): Outputs {
  const identity = isKnown(inputs.xml) ? readIdentity(inputs.xml) : { name: UNKNOWN };
  return {
    ...inputs,
    xml: UNKNOWN,
    autostart: inputs.autostart ?? UNKNOWN,
    name: identity.name,
    uuid: uuid ?? identity.uuid ?? UNKNOWN,
    state: UNKNOWN,
    persistent: true,
    host: UNKNOWN,
    applied: UNKNOWN,
  };
}

/** Of a domain that is about to be changed. It keeps its UUID. */
export function domainAhead(known: KnownDomain, declared: Declared): Outputs {
  const { changes } = diffDomain(known, declared);
  const changed = changes.map(({ path }) => path);
  const { xml, ...now } = declared.now;
  const defines = changed.includes("xml");
  return {
    ...known,
    ...now,
    autostart: now.autostart ?? known.autostart,
    ...(defines
      ? {
          xml: UNKNOWN,
          applied: UNKNOWN,
          persistent: true,
          name: isKnown(xml) ? readIdentity(xml).name : UNKNOWN,
        }
      : {}),
    ...(changed.includes("running") || !isKnown(now.running) ? { state: UNKNOWN } : {}),
    ...(changed.includes("uri") ? { host: UNKNOWN } : {}),
  };
}
