import { definitionDigest } from "../definition/flat.js";
import { declaredDigest } from "../definition/stamp.js";
import { quote, VirshError } from "../errors.js";
import type { HostIdentity } from "../hypervisor/host-identity.js";
import { parseDocument } from "../xml/document.js";
import { recordOf, type RecordedDomain } from "./declaration.js";
import type { DomainInputs } from "./inputs.js";
import type { DomainFacts } from "./look.js";
import type { AppliedDefinition, DomainOutputs } from "./outputs.js";
import { isOff } from "./power.js";

/** Version of the shape of outputs. Older ones stay readable for ever: they are in people's state files. */
const SCHEMA_VERSION = 1;

/** Everything that a state keeps of a domain: its inputs, of which some are as the host has them, and what was read. */
export type KnownDomain = DomainInputs & DomainOutputs & { schemaVersion: number };

/** A host at the moment in which a domain was read. */
export interface ReadOn {
  host: HostIdentity;
  /** The version of its libvirt. */
  libvirt: string;
}

/** What a state keeps of a domain that was just read, and whose definition was applied as `applied` says. */
export function knownDomain(
  inputs: DomainInputs,
  facts: DomainFacts,
  { host }: Pick<ReadOn, "host">,
  applied: AppliedDefinition,
): KnownDomain {
  const { domain, xml, state, persistent, autostart } = facts;
  return {
    ...inputs,
    xml,
    running: !isOff(state),
    autostart,
    schemaVersion: SCHEMA_VERSION,
    name: domain.name,
    uuid: domain.uuid,
    state,
    persistent,
    host,
    applied,
  };
}

/** How a definition is known again that was declared as `declared`, and that a libvirt printed as `printed`. */
export function appliedDefinition(declared: string, printed: string, libvirt: string): AppliedDefinition {
  const { nvram = "generated" } = recordOf({ name: "", uuid: "" }, declared);
  return {
    declared: declaredDigest(declared),
    made: definitionDigest(parseDocument(printed, "domain")),
    libvirt,
    nvram,
  };
}

/** What the steps of an update and a delete have to know. `declared`: the XML that was applied last. */
export function recordedDomain(
  { name, uuid, applied }: KnownDomain,
  declared: string | undefined,
): RecordedDomain {
  const record = declared === undefined ? { xmlSha256: "" } : recordOf({ name, uuid }, declared);
  return { ...record, name, uuid, nvram: applied.nvram };
}

/**
 * The domain within outputs that this or an older version of this package wrote, of the resource `id`. Throws for those
 * of a newer one, and for one that was edited: nothing may be read, changed or deleted on the strength of it.
 */
export function readKnown(outputs: Record<string, unknown>, id: string): KnownDomain {
  const { schemaVersion, uuid, name } = outputs;
  const isNewer = typeof schemaVersion === "number" && schemaVersion > SCHEMA_VERSION;
  const said = isNewer
    ? `it has schema version ${schemaVersion}, and this version of the package reads schema versions up to ${SCHEMA_VERSION}`
    : problemOf(outputs, id);
  if (said === undefined) return outputs as unknown as KnownDomain;
  throw new VirshError({
    kind: "Unsupported",
    tried: `read the state of domain ${quote(name ?? uuid)}`,
    said,
    unchanged: true,
    next: isNewer
      ? "Install the version of the package that wrote the state, or a later one."
      : "Restore the state from before it was edited.",
  });
}

function problemOf(outputs: Record<string, unknown>, id: string): string | undefined {
  const missing = ["uuid", "name", "xml"].find((key) => typeof outputs[key] !== "string");
  if (missing !== undefined) return `its ${missing} is missing`;
  if (outputs["uuid"] !== id) return "its uuid is not the resource's ID";
  const applied = outputs["applied"] as Partial<AppliedDefinition> | undefined;
  if (typeof applied !== "object" || typeof applied.made !== "string") return "its applied is incomplete";
  return undefined;
}
