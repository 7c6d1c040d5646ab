import { quote } from "../errors.js";
import { VirshHosts } from "../virsh/host.js";
import type { DomainIdentity } from "../xml/definition.js";
import { standingOf, type DeclaredDomain, type Standing } from "./definition-in-force.js";

export type { DeclaredDomain, Standing } from "./definition-in-force.js";

/** The domains that one run of a program declares. `Declared`: how the program holds what it declares. */
export class DeclaredDomains<Declared> {
  readonly #hosts = new VirshHosts();
  /** The resource that declares each name and each UUID, by URI. */
  readonly #owners = new Map<string, string>();
  readonly #definitions = new Map<string, Declared>();

  /**
   * Notes what `resource` declares. Two resources for one domain would take it from each other: returns why the second
   * one is refused.
   */
  declare(resource: string, { name, uuid }: DomainIdentity, uri: string): string | undefined {
    const claims = { name, ...(uuid === undefined ? {} : { uuid }) };
    for (const [what, value] of Object.entries(claims)) {
      const key = JSON.stringify([uri, what, value]);
      const owner = this.#owners.get(key);
      if (owner !== undefined) {
        const said = `xml has the ${what === "name" ? `name ${quote(value)}` : `UUID ${value}`}`;
        return `${said}, as has the xml of Domain ${quote(owner)} of this program. Declare each domain once.`;
      }
      this.#owners.set(key, resource);
    }
    return undefined;
  }

  keep({ name, uuid }: DomainIdentity, uri: string, declared: Declared): void {
    for (const called of [name, uuid]) this.#definitions.set(JSON.stringify([uri, called]), declared);
  }

  /** What is declared for a domain, which goes by its name or by the UUID in its XML. */
  definitionOf(domain: string, uri: string): Declared | undefined {
    return this.#definitions.get(JSON.stringify([uri, domain]));
  }

  find(declared: DeclaredDomain): Promise<Standing> {
    return standingOf(this.#hosts.open, declared);
  }
}
