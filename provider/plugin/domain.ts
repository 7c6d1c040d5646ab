import { checkDomain } from "../domain/check.js";
import { diffDomain, hasAnother, type Declared } from "../domain/diff.js";
import type { DomainInputs } from "../domain/inputs.js";
import { readKnown, type KnownDomain } from "../domain/known.js";
import { createKnown, declarationOf, deleteKnown, updateKnown, updateOf } from "../domain/life-cycle.js";
import { domainAhead, domainUnknown } from "../domain/outputs-ahead.js";
import { linesOfCreate, linesOfUpdate } from "../domain/pending-lines.js";
import { importDomain, readDomain } from "../domain/read.js";
import { isVirshError, shellQuoted } from "../errors.js";
import type { Host } from "../hypervisor/host.js";
import { info, warning, type Notice } from "../hypervisor/notice.js";
import { holdsUnknown, isKnown } from "../schema/unknown.js";
import { readIdentity } from "../xml/definition.js";
import { withoutValues } from "../xml/redact.js";
import type {
  CheckRequest,
  Checked,
  Created,
  CreateRequest,
  DeleteRequest,
  Difference,
  DiffRequest,
  Listed,
  ListRequest,
  Props,
  ProviderContext,
  Read,
  ReadRequest,
  ResourceHandler,
  Subject,
  Timed,
  UpdateRequest,
} from "./resource.js";

/** For a define, a start and the reads around them together, beside the time that a guest gets to shut down. */
const TIMEOUT_SECONDS = 600;
/** A preview does not wait long for a host that does not answer. */
const PREVIEW_SECONDS = 10;

/** `virsh:index:Domain`: the life cycle of a domain, as the engine's plugin protocol calls it. */
export class DomainResource implements ResourceHandler {
  /** The resources whose XML is a secret, by URN: no line may quote it. */
  readonly #secret = new Set<string>();

  constructor(private readonly context: ProviderContext) {}

  check({ urn, news, secrets }: CheckRequest): Checked {
    const { inputs, problems } = checkDomain(news);
    const secret = secrets.includes("xml");
    if (secret) this.#secret.add(urn);
    if (problems.length === 0) this.#declare(inputs, secret);
    return { inputs, problems };
  }

  diff({ id, olds, news, ...request }: DiffRequest): Difference {
    const known = readKnown(olds, id);
    const declared = declaredIn(news, request);
    const { changes } = diffDomain(known, declared);
    const replaces = changes.filter(({ kind }) => kind === "replace").map(({ path }) => path);
    if (replaces.length === 0) this.#declare(declared.now, this.#secret.has(request.urn), known.uuid);
    return {
      changes: changes.length > 0,
      properties: Object.fromEntries(changes.map(({ path }) => [path, "update"])),
      fromOutputs: changes.filter(({ from }) => from === "host").map(({ path }) => path),
      replaces,
      // Both would use the same disks.
      deleteBeforeReplace: replaces.length > 0,
      stables: ["uuid"],
    };
  }

  async create({ inputs: props, preview, ...call }: CreateRequest): Promise<Created> {
    const inputs = props as DomainInputs;
    if (preview) return { id: "", outputs: await this.#previewCreate(inputs, call) };
    const known = await this.#concealing(call, inputs.xml, (tell) =>
      createKnown(this.#host(inputs, call), inputs, this.#uriOf(inputs), tell),
    );
    return { id: known.uuid, outputs: { ...known } };
  }

  async read({ id, outputs, inputs, ...call }: ReadRequest): Promise<Read | undefined> {
    if (!("schemaVersion" in outputs)) return this.#import(id, { ...outputs, ...inputs }, call);
    const known = readKnown(outputs, id);
    const declared = inputs as DomainInputs;
    const found = await readDomain(this.#host(known, call), known, declared);
    if ("known" in found) return { id, outputs: { ...found.known }, inputs };
    call.show([warning(`${found.gone}. ${found.next}`)]);
    return undefined;
  }

  async update({ id, olds, news, preview, ...call }: UpdateRequest): Promise<Props> {
    const known = readKnown(olds, id);
    const declared = declaredIn(news, call);
    const { now } = declared;
    if (preview) {
      await this.#previewUpdate(known, declared, call);
      return domainAhead(known, declared);
    }
    const howToReplace = howToReplaceOf(call);
    const updated = await this.context.memory.queue.inTurn(known.uuid, () =>
      this.#concealing(call, now.xml, (tell) =>
        updateKnown(this.#host(now, call), { known, declared, uri: this.#uriOf(now), howToReplace, tell }),
      ),
    );
    return { ...updated };
  }

  async delete({ id, outputs, ...call }: DeleteRequest): Promise<void> {
    const known = readKnown(outputs, id);
    await this.context.memory.queue.inTurn(known.uuid, () =>
      deleteKnown(this.#host(known, call), known, known.shutdownTimeoutSeconds, telling(call)),
    );
  }

  async list({ query }: ListRequest): Promise<Listed[]> {
    const uri = query["uri"] as string | undefined;
    const host = this.context.open({ inputs: { uri }, defaultSeconds: TIMEOUT_SECONDS });
    return (await host.listDomains()).map(({ uuid, name }) => ({ id: uuid, name }));
  }

  /** So that the preview of a snapshot of the domain knows what the domain will be. `kept`: the UUID that it has. */
  #declare(inputs: DomainInputs, secret: boolean, kept?: string): void {
    const { xml } = inputs;
    if (!isKnown(xml) || !isKnown(inputs.uri)) return;
    const { name, uuid = kept } = readIdentity(xml);
    const definition = { xml: secret ? "" : xml, secret, ...(uuid === undefined ? {} : { uuid }) };
    this.context.declared.add(this.#uriOf(inputs), name, definition);
  }

  async #previewCreate(inputs: DomainInputs, call: Subject): Promise<Props> {
    if (!isComplete(inputs)) return domainUnknown(inputs);
    const { name } = readIdentity(inputs.xml);
    let uuid: string | undefined;
    await this.#looking(name, inputs, call, async (host) => {
      const { notices, adopted } = await linesOfCreate(host, declarationOf(inputs));
      uuid = adopted?.uuid;
      return notices;
    });
    return domainUnknown(inputs, uuid);
  }

  async #previewUpdate(known: KnownDomain, declared: Declared, call: Subject): Promise<void> {
    const { now, before } = declared;
    if (!isComplete(now)) return;
    const { recorded, declaration, ...options } = updateOf(known, declared);
    await this.#looking(known.name, now, call, (host) =>
      linesOfUpdate(host, recorded, declaration, {
        ...options,
        howToReplace: howToReplaceOf(call),
        secret: this.#secret.has(call.urn),
        previousXml: before?.xml,
        drifted: hasAnother(known),
      }),
    );
  }

  /** A machine that cannot reach the host can still preview. A refusal, or a proof of absence, fails the preview. */
  async #looking(
    name: string,
    inputs: DomainInputs,
    call: Subject,
    look: (host: Host) => Promise<Notice[]>,
  ): Promise<void> {
    try {
      await this.#concealing(call, inputs.xml, async (tell) => {
        (await look(this.#host(inputs, { timeoutSeconds: PREVIEW_SECONDS }))).forEach(tell);
      });
    } catch (error) {
      if (!isVirshError(error) || error.kind === "Conflict" || error.kind === "NotFound") throw error;
      call.show([info(`The preview could not check ${name} on its host: ${error.said}`)]);
    }
  }

  /** A domain that no state knows: to be imported, or read by a program that did not create it. */
  async #import(id: string, given: Props, call: Subject & Timed): Promise<Read> {
    const own = given["uri"] === undefined ? {} : { uri: given["uri"] as string };
    const { inputs, known, notices } = await importDomain(this.#host(own, call), id, own, this.#uriOf(own));
    call.show(notices);
    return { id: known.uuid, outputs: { ...known }, inputs };
  }

  /** The provider's, unless the resource has one of its own. It is not recorded: a provider may change it. */
  #uriOf({ uri = this.context.settings.uri }: { uri?: string | undefined }): string | undefined {
    return uri;
  }

  #host(
    inputs: Pick<Partial<DomainInputs>, "uri" | "shutdownTimeoutSeconds">,
    { timeoutSeconds }: Timed,
  ): Host {
    const { uri, shutdownTimeoutSeconds = 0 } = inputs;
    const defaultSeconds = TIMEOUT_SECONDS + shutdownTimeoutSeconds;
    return this.context.open({ inputs: { uri }, timeoutSeconds, defaultSeconds });
  }

  /** Runs an operation. Of a definition that is a secret, no message repeats a value. */
  async #concealing<T>(
    call: Subject,
    xml: string,
    operation: (tell: (notice: Notice) => void) => Promise<T>,
  ): Promise<T> {
    const shown = (text: string) => (this.#secret.has(call.urn) ? withoutValues(text, xml) : text);
    try {
      return await operation((notice) => {
        call.show([{ ...notice, text: shown(notice.text) }]);
      });
    } catch (error) {
      if (!isVirshError(error)) throw error;
      throw error.with({ said: shown(error.said), next: error.next && shown(error.next) });
    }
  }
}

function telling(call: Subject): (notice: Notice) => void {
  return (notice) => {
    call.show([notice]);
  };
}

function declaredIn(
  news: Props,
  { oldInputs, ignored = [] }: Pick<DiffRequest, "oldInputs" | "ignored">,
): Declared {
  return { now: news as DomainInputs, before: oldInputs as DomainInputs | undefined, ignored };
}

/** Whether everything is known that a look at the host needs. */
function isComplete(inputs: DomainInputs): boolean {
  return !holdsUnknown(inputs);
}

function howToReplaceOf({ urn }: Subject): string {
  return `run pulumi up --replace ${shellQuoted(urn)}`;
}
