import type { DeclaredDefinition } from "../snapshot/preview/declared-definition.js";

/**
 * The definitions that the program declares for its domains, by what it calls them. `check` of a domain adds it, and a
 * snapshot of it is checked later, because its `domain` is an output of that resource. So a preview knows that a domain
 * is renamed or changed before its snapshot is reverted.
 */
export class DeclaredDomains {
  readonly #byName = new Map<string, DeclaredDefinition>();

  /** `uri`: of the resource, else of the provider. */
  add(uri: string | undefined, name: string, definition: DeclaredDefinition): void {
    this.#byName.set(keyOf(uri, name), definition);
  }

  of(uri: string | undefined, name: string): DeclaredDefinition | undefined {
    return this.#byName.get(keyOf(uri, name));
  }
}

function keyOf(uri: string | undefined, name: string): string {
  return JSON.stringify([uri ?? "", name]);
}
