import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { failuresOf } from "../schema/check-failures.js";
import { holdsUnknown } from "../schema/unknown.js";
import { concealing, type Conceal } from "./conceal.js";
import type { EngineLog } from "./engine-log.js";
import { pageOf, type Page } from "./pages.js";
import { aboutOf, idOf, timeoutOf, type About } from "./requests.js";
import {
  LeftIncomplete,
  type Before,
  type DiffKind,
  type ResourceHandler,
  type Subject,
} from "./resource.js";
import { failureOf, incompleteFailure, Malformed, Refused } from "./status.js";
import { answered, plain, received, secretsIn, secretTexts, type Marked } from "./values.js";

const { DiffChanges } = messages.DiffResponse;
const { Kind } = messages.PropertyDiff;

const KINDS: Record<DiffKind, { own: messages.PropertyDiff.Kind; replace: messages.PropertyDiff.Kind }> = {
  add: { own: Kind.ADD, replace: Kind.ADD_REPLACE },
  delete: { own: Kind.DELETE, replace: Kind.DELETE_REPLACE },
  update: { own: Kind.UPDATE, replace: Kind.UPDATE_REPLACE },
};

/** Pulumi's own copy of protobuf makes it: a service accepts no other. */
export const empty = (): Empty => ResourceProviderService.cancel.responseDeserialize(Buffer.alloc(0));

/** The calls about resources: messages on one side, handlers on the other. */
export class ResourceCalls {
  constructor(
    private readonly handlers: Readonly<Record<string, ResourceHandler>>,
    private readonly log: EngineLog,
    /** The secret texts in the provider's configuration. */
    private readonly configured: () => readonly string[],
  ) {}

  check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
    const [olds, news] = [received(request.getOlds()), received(request.getNews())];
    return this.#about(request.getUrn(), [olds, news], async (handler, subject) => {
      const secrets = secretsIn(news);
      const call = { ...subject, olds: plain(olds), news: plain(news), secrets };
      const { inputs, problems } = await handler.check(call);
      const failures = failuresOf(problems, inputs, secrets).map(({ property, reason }) =>
        new messages.CheckFailure().setProperty(property).setReason(reason),
      );
      return new messages.CheckResponse().setInputs(answered(inputs, news)).setFailuresList(failures);
    });
  }

  diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const [olds, news] = [received(request.getOlds()), received(request.getNews())];
    return this.#about(request.getUrn(), [olds, news], async (handler, subject) => {
      const call = { ...subject, id: idOf(request.getId()), olds: plain(olds), news: plain(news) };
      const { changes, properties, fromOutputs, replaces, deleteBeforeReplace, stables } = await handler.diff(
        {
          ...call,
          ...before(request),
        },
      );
      const response = new messages.DiffResponse()
        .setChanges(changes ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
        .setReplacesList([...replaces])
        .setDeletebeforereplace(deleteBeforeReplace)
        .setStablesList([...stables])
        .setDiffsList([...new Set(Object.keys(properties).map(topOf))])
        .setHasdetaileddiff(true);
      for (const [path, kind] of Object.entries(properties)) {
        const shown = KINDS[kind][replaces.includes(path) ? "replace" : "own"];
        const isInput = fromOutputs?.includes(path) !== true;
        response
          .getDetaileddiffMap()
          .set(path, new messages.PropertyDiff().setKind(shown).setInputdiff(isInput));
      }
      return response;
    });
  }

  create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const inputs = received(request.getProperties());
    return this.#about(request.getUrn(), [inputs], async (handler, subject) => {
      const timeoutSeconds = timeoutOf(request.getTimeout());
      const preview = request.getPreview();
      const { id, outputs } = await handler.create({
        ...{ ...subject, inputs: plain(inputs), preview, timeoutSeconds },
      });
      return new messages.CreateResponse()
        .setId(id)
        .setProperties(answered(outputs, inputs))
        .setRefreshBeforeUpdate(true);
    });
  }

  read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const [outputs, inputs] = [received(request.getProperties()), received(request.getInputs())];
    return this.#about(request.getUrn(), [outputs, inputs], async (handler, subject) => {
      const timeoutSeconds = timeoutOf(request.getTimeout());
      const call = {
        id: idOf(request.getId()),
        outputs: plain(outputs),
        inputs: plain(inputs),
        timeoutSeconds,
      };
      const found = await handler.read({ ...subject, ...call });
      if (found === undefined) return new messages.ReadResponse();
      return new messages.ReadResponse()
        .setId(found.id)
        .setProperties(answered(found.outputs, outputs, inputs))
        .setInputs(answered(found.inputs, inputs, outputs))
        .setRefreshBeforeUpdate(true);
    });
  }

  update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const [olds, news] = [received(request.getOlds()), received(request.getNews())];
    return this.#about(request.getUrn(), [news, olds], async (handler, subject) => {
      const timeoutSeconds = timeoutOf(request.getTimeout());
      const call = { id: idOf(request.getId()), olds: plain(olds), news: plain(news), timeoutSeconds };
      const preview = request.getPreview();
      const outputs = await handler.update({ ...subject, ...call, ...before(request), preview });
      return new messages.UpdateResponse()
        .setProperties(answered(outputs, news))
        .setRefreshBeforeUpdate(true);
    });
  }

  delete(request: messages.DeleteRequest): Promise<Empty> {
    const outputs = received(request.getProperties());
    return this.#about(request.getUrn(), [outputs], async (handler, subject) => {
      const timeoutSeconds = timeoutOf(request.getTimeout());
      await handler.delete({
        ...subject,
        id: idOf(request.getId()),
        outputs: plain(outputs),
        timeoutSeconds,
      });
      return empty();
    });
  }

  /** A page of what exists; `undefined` where the query is not known yet. */
  async list(request: messages.ListRequest): Promise<Page | undefined> {
    const query = received(request.getQuery());
    if (holdsUnknown(query)) return undefined;
    const conceal = this.#concealing([query]);
    try {
      const listed = await this.#handlerOf(request.getToken()).list({ query: plain(query) });
      const token = request.getContinuationToken();
      return pageOf(listed, { limit: request.getLimit(), pageSize: request.getPageSize(), token });
    } catch (error) {
      throw new Refused(failureOf(error), conceal);
    }
  }

  /** Runs a call about a resource. What is secret in `marked` is in no message that the user reads. */
  async #about<T>(
    urn: string,
    marked: readonly Marked[],
    call: (handler: ResourceHandler, subject: Subject) => Promise<T>,
  ): Promise<T> {
    const about: About = aboutOf(urn);
    const handler = this.#handlerOf(about.type);
    const conceal = this.#concealing(marked);
    const lines = this.log.about(urn, conceal);
    try {
      return await call(handler, { urn, name: about.name, show: lines.show });
    } catch (error) {
      const failure =
        error instanceof LeftIncomplete
          ? incompleteFailure(error.id, answered(error.outputs, ...marked), conceal(error.message))
          : failureOf(error);
      throw new Refused(failure, conceal);
    } finally {
      await lines.delivered();
    }
  }

  #handlerOf(type: string): ResourceHandler {
    const handler = Object.hasOwn(this.handlers, type) ? this.handlers[type] : undefined;
    if (handler !== undefined) return handler;
    const known = Object.keys(this.handlers).join(", ");
    throw new Malformed(`There is no resource ${JSON.stringify(type)}. The resources are ${known}.`);
  }

  #concealing(marked: readonly Marked[]): Conceal {
    return concealing([...this.configured(), ...marked.flatMap((each) => secretTexts(each))]);
  }
}

/** What the program said before. */
function before(request: messages.DiffRequest | messages.UpdateRequest): Before {
  const oldInputs = request.getOldInputs();
  return {
    ignored: request.getIgnorechangesList(),
    ...(oldInputs === undefined ? {} : { oldInputs: plain(received(oldInputs)) }),
  };
}

/** The property that holds a path: `revert` of `revert.triggers`. */
function topOf(path: string): string {
  return path.split(/[.[]/)[0] ?? path;
}
