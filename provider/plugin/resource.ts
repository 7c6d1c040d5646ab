import type { Host } from "../hypervisor/host.js";
import type { Notice } from "../hypervisor/notice.js";
import type { ProviderMemory } from "../hypervisor/operation.js";
import type { Problem } from "../schema/validate.js";
import type { DeclaredDomains } from "./declared-domains.js";
import type { Settings } from "./settings.js";

/**
 * What a kind of resource does for each call of the engine. Everything here is plain: the server takes secrets apart
 * from values and marks them again, and an unknown value is the text of `schema/unknown.ts`. A `VirshError` that is
 * thrown is what the user reads.
 */
export interface ResourceHandler {
  /** Checks and completes inputs. Asks no host. */
  check(request: CheckRequest): Checked | Promise<Checked>;
  /**
   * What a change of inputs means. The engine asks one resource after the other, also during a refresh: it asks no host
   * unless something is going to be replaced.
   */
  diff(request: DiffRequest): Difference | Promise<Difference>;
  /** Creates it. In a preview, looks at the host, shows what will happen, and returns what is known of the outputs. */
  create(request: CreateRequest): Promise<Created>;
  /** Reads it: `undefined` where it is proven to be gone. With empty outputs it is about to be imported. */
  read(request: ReadRequest): Promise<Read | undefined>;
  /** Updates it, and returns the outputs; in a preview, as `create` does. */
  update(request: UpdateRequest): Promise<Props>;
  delete(request: DeleteRequest): Promise<void>;
  /** All that match the query, in any order. */
  list(request: ListRequest): Promise<Listed[]>;
}

export type Props = Record<string, unknown>;

/** The resource that a call is about. */
export interface Subject {
  urn: string;
  /** The name that the program gives the resource. */
  name: string;
  /** Shows lines beside the resource. The call is answered once the engine has them. */
  readonly show: (notices: readonly Notice[]) => void;
}

/** An operation on a host. */
export interface Timed {
  /** `customTimeouts` of the resource. It goes before every other time limit. */
  timeoutSeconds: number | undefined;
}

export interface CheckRequest extends Subject {
  /** Empty before a create. */
  olds: Props;
  news: Props;
  /** The names of the inputs that are secrets: no message may repeat what they hold. */
  secrets: readonly string[];
}

export interface Checked {
  inputs: Props;
  problems: readonly Problem[];
}

export interface DiffRequest extends Subject, Before {
  id: string;
  olds: Props;
  news: Props;
}

/** What the program said before. */
export interface Before {
  /** The inputs of the last update; an older engine does not say them. */
  oldInputs?: Props | undefined;
  /** The inputs whose changes are ignored (`ignoreChanges`); `news` has their old values. */
  ignored?: readonly string[];
}

export type DiffKind = "add" | "delete" | "update";

export interface Difference {
  /** Whether there is anything to do. */
  changes: boolean;
  /** The inputs that differ, by property path: `revert.triggers`, `disks[0].file`. */
  properties: Readonly<Record<string, DiffKind>>;
  /** Those of them that differ from the outputs; the others differ from the inputs before. */
  fromOutputs?: readonly string[];
  /** Those of them, by path, that need a new resource. */
  replaces: readonly string[];
  deleteBeforeReplace: boolean;
  /** Outputs that an update never changes. */
  stables: readonly string[];
}

export interface CreateRequest extends Subject, Timed {
  inputs: Props;
  preview: boolean;
}

export interface Created {
  /** Empty in a preview. */
  id: string;
  outputs: Props;
}

export interface ReadRequest extends Subject, Timed {
  id: string;
  outputs: Props;
  inputs: Props;
}

export interface Read extends Created {
  inputs: Props;
}

export interface UpdateRequest extends Subject, Timed, Before {
  id: string;
  olds: Props;
  news: Props;
  preview: boolean;
}

export interface DeleteRequest extends Subject, Timed {
  id: string;
  outputs: Props;
}

export interface ListRequest {
  query: Props;
}

export interface Listed {
  /** What `read` accepts for an import. */
  id: string;
  /** A name for the resource in a program. */
  name: string;
}

/** Something exists but is not right, or not known to be: the engine saves `outputs` and shows the message. */
export class LeftIncomplete extends Error {
  override readonly name = "LeftIncomplete";

  constructor(
    readonly id: string,
    readonly outputs: Props,
    message: string,
  ) {
    super(message);
  }
}

/** What all handlers of one provider process share. */
export interface ProviderContext {
  /** The provider's configuration. Only known once `Configure` was called: read it when it is needed. */
  readonly settings: Settings;
  readonly memory: ProviderMemory;
  /** What the program declares for domains, which a preview of their snapshots has to know. */
  readonly declared: DeclaredDomains;
  /** Opens the host of a resource: its own `uri` and time limit, else the provider's. Throws where the URI is unsafe. */
  open(of: HostOf): Host;
}

export interface HostOf extends Partial<Timed> {
  inputs: { uri?: string | undefined; timeoutSeconds?: number | undefined };
  defaultSeconds: number;
}

export type MakeHandler = (context: ProviderContext) => ResourceHandler;
