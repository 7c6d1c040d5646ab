import type { DeclaredDefinition } from "../snapshot/preview/declared-definition.js";
import type { Declared } from "../snapshot/preview/neighbours.js";

/**
 * What Pulumi's dynamic host can carry: a structure without `undefined`, and errors whose text the engine shows.
 */

/** A deep copy without `undefined`, which the host answers with "Unexpected struct type.". */
export function toWire<T>(value: T): T {
  return (Array.isArray(value) ? value.map(toWire) : isObject(value) ? copy(value) : value) as T;
}

function copy(value: object): Record<string, unknown> {
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(present.map(([key, item]) => [key, toWire(item)]));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The key under which the engine keeps the provider's text, in inputs as in outputs. */
export const PROVIDER_KEY = "__provider";

/**
 * The key under which the program says that it runs in a preview, because the host does not. Check takes it out of the
 * inputs, so it is neither compared nor recorded.
 */
const PREVIEW_KEY = "__preview";

/** The key under which the program names the inputs that are secrets, because the host does not say it either. */
const SECRETS_KEY = "__secrets";

/** The key under which a preview gets the XML that the program declares for the snapshot's domain. */
const DEFINITION_KEY = "__definition";

/** The key under which a preview gets what other snapshots the program declares: in JSON, URI (or null), domain and name of each. */
const OTHERS_KEY = "__others";

/** Properties as the engine sent them, without what is no input. What they are then is what check saw to. */
export function fromWire(props: Record<string, unknown>): Record<string, unknown> {
  const { [PROVIDER_KEY]: _text, [PREVIEW_KEY]: _preview, [SECRETS_KEY]: _secrets, ...others } = props;
  const { [DEFINITION_KEY]: _definition, [OTHERS_KEY]: _others, ...rest } = others;
  return rest;
}

/** Whether the program that sent these inputs runs in a preview; `undefined` when it does not say so. */
export function isPreview(props: Record<string, unknown>): boolean | undefined {
  const said = props[PREVIEW_KEY];
  return typeof said === "boolean" ? said : undefined;
}

/** The XML that the program declares for the domain, if it declares one; without its text if that is a secret. */
export function definitionIn(props: Record<string, unknown>): DeclaredDefinition | undefined {
  const { xml, secret, uuid } = (props[DEFINITION_KEY] ?? {}) as Partial<DeclaredDefinition>;
  if (typeof xml !== "string" || typeof secret !== "boolean") return undefined;
  return { xml, secret, ...(typeof uuid === "string" ? { uuid } : {}) };
}

/** The other snapshots that the program declares, as far as it says so. */
export function othersIn(props: Record<string, unknown>): Declared[] {
  const others = props[OTHERS_KEY];
  if (typeof others !== "string") return [];
  return (JSON.parse(others) as [uri: string | null, domain: string, name: string][]).map(
    ([uri, domain, name]) => ({ domain, name, ...(uri === null ? {} : { uri }) }),
  );
}

/** The names of the inputs that the program declares as secrets. */
export function secretsIn(props: Record<string, unknown>): string[] {
  const named = props[SECRETS_KEY];
  return Array.isArray(named) ? named.filter((name) => typeof name === "string") : [];
}

/**
 * Thrown for something that exists but is not right: the host saves `properties` and shows `reasons`. Without the
 * provider's text among the properties a later delete could not run.
 */
export class InitializationFailed extends Error {
  constructor(
    readonly id: string,
    readonly properties: Record<string, unknown>,
    readonly reasons: string[],
  ) {
    super(reasons.join("\n"));
  }
}
