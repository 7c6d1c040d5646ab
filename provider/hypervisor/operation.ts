import { DomainQueue } from "./domain-queue.js";
import type { Host } from "./host.js";
import type { Tell } from "./notice.js";
import type { DomainRef, DomainState } from "./results.js";

/**
 * What one provider process remembers from one operation to the next. The adapter makes it and passes it down: two
 * providers in one process share nothing.
 */
export class ProviderMemory {
  readonly queue = new DomainQueue();
  /** Files that an operation is writing, by path: another one waits, and then finds the file. */
  readonly files = new DomainQueue();
  /** The domains as each host listed them last, by URI: where a look may begin while the host is asked again. */
  readonly domains = new Map<string | undefined, readonly DomainRef[]>();
  /** The snapshot that this run has reverted a domain to, by host and domain. */
  readonly reverted = new Map<string, string>();
  /** How many deletes of a domain's snapshots this run has done, by domain. */
  readonly deletes = new Map<string, number>();
  /** What the program calls the domains whose XML it declares as a secret: no line may quote their definition. */
  readonly secretDefinitions = new Set<string>();
  /** Domains that an operation of this run did not leave as it found them, or may not have, by host and domain. */
  readonly unsettled = new Map<string, Unsettled>();
}

/** A domain as a failed operation found it. */
export interface Unsettled {
  was: DomainState;
  /** Whether that operation may have frozen its file systems. */
  froze: boolean;
}

/** What an operation works with. */
export interface Operation {
  host: Host;
  memory: ProviderMemory;
  tell: Tell;
  now: () => Date;
}
