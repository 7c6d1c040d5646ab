import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Page } from "./pages.js";
import type { Provider } from "./provider.js";
import { failureOf, Malformed, Refused, type Failure } from "./status.js";

/** Messages of any size: a domain's XML may be large, and the engine sends what a state holds. */
const OPTIONS = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Loads the provider, once. */
type Load = () => Promise<Provider>;

/** Serves the provider on a free port of this machine, and returns the port. A call waits until the provider is loaded. */
export function serve(provider: Load): Promise<number> {
  const server = new Server(OPTIONS);
  server.addService(tolerant(ResourceProviderService), implementation(provider));
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function implementation(load: Load): UntypedServiceImplementation {
  const on =
    <Request, Response>(method: (provider: Provider, request: Request) => Response | Promise<Response>) =>
    async (request: Request) =>
      method(await load(), request);
  return {
    handshake: answering(
      on((provider, request: messages.ProviderHandshakeRequest) => provider.handshake(request)),
    ),
    attach: answering(on((provider, request: PluginAttach) => provider.attach(request))),
    getPluginInfo: answering(on((provider) => provider.getPluginInfo())),
    getSchema: answering(on((provider, request: messages.GetSchemaRequest) => provider.getSchema(request))),
    checkConfig: answering(on((provider, request: messages.CheckRequest) => provider.checkConfig(request))),
    diffConfig: answering(on((provider, request: messages.DiffRequest) => provider.diffConfig(request))),
    configure: answering(on((provider, request: messages.ConfigureRequest) => provider.configure(request))),
    check: answering(on(({ resources }, request: messages.CheckRequest) => resources.check(request))),
    diff: answering(on(({ resources }, request: messages.DiffRequest) => resources.diff(request))),
    create: answering(on(({ resources }, request: messages.CreateRequest) => resources.create(request))),
    read: answering(on(({ resources }, request: messages.ReadRequest) => resources.read(request))),
    update: answering(on(({ resources }, request: messages.UpdateRequest) => resources.update(request))),
    delete: answering(on(({ resources }, request: messages.DeleteRequest) => resources.delete(request))),
    list: listing(on(({ resources }, request: messages.ListRequest) => resources.list(request))),
    invoke: answering(on((provider, request: messages.InvokeRequest) => provider.invoke(request))),
    cancel: answering(on((provider) => provider.cancel())),
    getMapping: answering(on((provider) => provider.getMapping())),
    getMappings: answering(on((provider) => provider.getMappings())),
    parameterize: answering(on((provider) => provider.unimplemented("parameters"))),
    construct: answering(on((provider) => provider.unimplemented("components"))),
    call: answering(on((provider) => provider.unimplemented("methods"))),
  };
}

/** A request that could not be read. */
class Unreadable {
  constructor(readonly reason: string) {}
}

/** The service, with requests that cannot be read handed to its methods: those answer in words. */
function tolerant(service: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes);
      } catch (error) {
        return new Unreadable(error instanceof Error ? error.message : String(error));
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods) as ServiceDefinition;
}

type Unary<Request, Response> = (
  call: ServerUnaryCall<Request, Response>,
  callback: sendUnaryData<Response>,
) => void;

/** A method whose every failure is an answer. */
function answering<Request, Response>(
  method: (request: Request) => Response | Promise<Response>,
): Unary<Request, Response> {
  return ({ request }, callback) => {
    const answer = async () => method(readable(request));
    answer().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(answerOf(error));
      },
    );
  };
}

function listing(method: (request: messages.ListRequest) => Promise<Page | undefined>) {
  return (call: ServerWritableStream<messages.ListRequest, messages.ListResponse>): void => {
    const answer = async () => method(readable(call.request));
    answer().then(
      (page) => {
        for (const response of listResponses(page)) call.write(response);
        call.end();
      },
      (error: unknown) => {
        call.emit("error", answerOf(error));
      },
    );
  };
}

function listResponses(page: Page | undefined): messages.ListResponse[] {
  if (page === undefined)
    return [new messages.ListResponse().setComputed(new messages.ListResponse.Computed())];
  const results = page.results.map(({ id, name }) =>
    new messages.ListResponse().setResult(new messages.ListResponse.Result().setId(id).setName(name)),
  );
  const next = new messages.ListResponse.Continuation().setContinuationToken(page.token);
  return page.token === "" ? results : [...results, new messages.ListResponse().setContinuation(next)];
}

function readable<Request>(request: Request): Request {
  if (request instanceof Unreadable) throw new Malformed(`The request cannot be read: ${request.reason}`);
  return request;
}

function answerOf(error: unknown): Failure {
  return error instanceof Refused ? error.failure : failureOf(error);
}
