import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogSeverity, type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

export type Props = Record<string, JavaScriptValue>;

/** The placeholder for a value that is not known yet in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const MAIN = resolve(__dirname, "../../provider/plugin/main.js");

/** The URN of a snapshot that a program calls so. */
export function urnOf(name: string): string {
  return `urn:pulumi:test::project::virsh:index:Snapshot::${name}`;
}

const URN = urnOf("checkpoint");

/** A value as the engine sends a secret. */
export function secret(value: JavaScriptValue): JavaScriptValue {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** The plugin's process, started and called as the engine does it, with the log of such an engine. */
export class Plugin {
  private constructor(
    readonly child: ChildProcess,
    readonly client: ResourceProviderClient,
    private readonly engine: FakeEngine,
    /** Everything that it printed after its port. */
    readonly printed: string[],
  ) {}

  /** `env`: the differences in its environment. `config`: of the provider. */
  static async start(env: NodeJS.ProcessEnv = {}, config: Props = {}): Promise<Plugin> {
    const engine = await FakeEngine.start();
    const child = spawn(process.execPath, [MAIN, `127.0.0.1:${engine.port}`], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const printed: string[] = [];
    const port = await new Promise<string>((tell, fail) => {
      createInterface(child.stdout).once("line", (line) => {
        tell(line);
        createInterface(child.stdout).on("line", (each) => printed.push(each));
      });
      createInterface(child.stderr).on("line", (line) => printed.push(line));
      child.once("error", fail);
      child.once("exit", () => fail(new Error(`the plugin ended: ${printed.join("\n")}`)));
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const plugin = new Plugin(child, client, engine, printed);
    const handshake = new proto.ProviderHandshakeRequest().setEngineAddress(`127.0.0.1:${engine.port}`);
    await unary((done) => client.handshake(handshake, done));
    await plugin.configure(config);
    return plugin;
  }

  configure(config: Props): Promise<proto.ConfigureResponse> {
    const request = new proto.ConfigureRequest().setArgs(struct(config)).setAcceptsecrets(true);
    return unary((done) => this.client.configure(request, done));
  }

  /** Inputs as they are recorded, and the problems: property and reason. */
  async check(news: Props, olds: Props = {}, urn = URN): Promise<{ inputs: Props; failures: string[][] }> {
    const request = new proto.CheckRequest().setUrn(urn).setOlds(struct(olds)).setNews(struct(news));
    const response = await unary<proto.CheckResponse>((done) => this.client.check(request, done));
    const failures = response.getFailuresList().map((one) => [one.getProperty(), one.getReason()]);
    return { inputs: plain(response.getInputs()), failures };
  }

  /** `olds` are outputs, `news` inputs. */
  async diff(id: string, olds: Props, news: Props): Promise<Diff> {
    const request = new proto.DiffRequest().setId(id).setUrn(URN).setOlds(struct(olds)).setNews(struct(news));
    const response = await unary<proto.DiffResponse>((done) => this.client.diff(request, done));
    const { DiffChanges } = proto.DiffResponse;
    const map = response.getDetaileddiffMap();
    const properties = map.getEntryList().map(([path]) => [path, KINDS[map.get(path)?.getKind() ?? 0] ?? ""]);
    return {
      changes: response.getChanges() === DiffChanges.DIFF_SOME,
      properties: Object.fromEntries(properties) as Record<string, string>,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(
    inputs: Props,
    { preview = false, timeout = 0, urn = URN }: { preview?: boolean; timeout?: number; urn?: string } = {},
  ): Promise<{ id: string; outputs: Props }> {
    const request = new proto.CreateRequest()
      .setUrn(urn)
      .setProperties(struct(inputs))
      .setPreview(preview)
      .setTimeout(timeout);
    const response = await unary<proto.CreateResponse>((done) => this.client.create(request, done));
    if (!response.getRefreshBeforeUpdate()) throw new Error("it asks for no refresh before an update");
    return { id: response.getId(), outputs: plain(response.getProperties()) };
  }

  /** An empty id means that the resource is gone. */
  async read(
    id: string,
    outputs: Props = {},
    inputs: Props = {},
  ): Promise<{ id: string; outputs: Props; inputs: Props }> {
    const request = new proto.ReadRequest()
      .setId(id)
      .setUrn(URN)
      .setProperties(struct(outputs))
      .setInputs(struct(inputs));
    const response = await unary<proto.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      outputs: plain(response.getProperties()),
      inputs: plain(response.getInputs()),
    };
  }

  async update(id: string, olds: Props, news: Props, { preview = false } = {}): Promise<Props> {
    const request = new proto.UpdateRequest()
      .setId(id)
      .setUrn(URN)
      .setOlds(struct(olds))
      .setNews(struct(news))
      .setPreview(preview);
    const response = await unary<proto.UpdateResponse>((done) => this.client.update(request, done));
    return plain(response.getProperties());
  }

  async delete(id: string, outputs: Props): Promise<void> {
    const request = new proto.DeleteRequest().setId(id).setUrn(URN).setProperties(struct(outputs));
    await unary((done) => this.client.delete(request, done));
  }

  async invoke(name: string, args: Props): Promise<Props> {
    const request = new proto.InvokeRequest().setTok(`virsh:index:${name}`).setArgs(struct(args));
    return plain(
      (await unary<proto.InvokeResponse>((done) => this.client.invoke(request, done))).getReturn(),
    );
  }

  /** The names and IDs of one page, and the token of the next. */
  list(
    query: Props,
    { limit = 0, pageSize = 0, token = "" } = {},
  ): Promise<{ results: [name: string, id: string][]; token: string; computed: boolean }> {
    const request = new proto.ListRequest()
      .setToken("virsh:index:Snapshot")
      .setQuery(struct(query))
      .setLimit(limit)
      .setPageSize(pageSize)
      .setContinuationToken(token);
    const page = { results: [] as [string, string][], token: "", computed: false };
    return new Promise((done, fail) => {
      this.client
        .list(request)
        .on("data", (each: proto.ListResponse) => {
          const result = each.getResult();
          if (result !== undefined) page.results.push([result.getName(), result.getId()]);
          page.token = each.getContinuation()?.getContinuationToken() ?? page.token;
          page.computed ||= each.hasComputed();
        })
        .on("error", fail)
        .on("end", () => {
          done(page);
        });
    });
  }

  cancel(): Promise<unknown> {
    return unary((done) => this.client.cancel(new Empty(), done));
  }

  /** The lines since the last call of this method: severity, name of the resource, text. */
  told(): string[] {
    return this.engine.lines.splice(0);
  }

  /** Kills the engine: its port closes, and so does every connection to it. */
  loseEngine(): void {
    this.engine.stop();
  }

  /** Returns once the process has ended, with its exit code. */
  ended(): Promise<number | null> {
    const { exitCode, signalCode } = this.child;
    return exitCode === null && signalCode === null
      ? new Promise((done) => this.child.once("close", (code) => done(code)))
      : Promise.resolve(exitCode);
  }

  async stop(): Promise<void> {
    this.client.close();
    this.child.kill("SIGINT");
    await this.ended();
    this.engine.stop();
  }
}

/** A diff as the engine receives it. */
export interface Diff {
  changes: boolean;
  properties: Record<string, string>;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

const KINDS = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"];

class FakeEngine {
  readonly lines: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<FakeEngine> {
    const server = new Server();
    const lines: string[] = [];
    server.addService(EngineService, {
      log: ({ request }: { request: LogRequest }, answer: (error: null, response: Empty) => void) => {
        const severity = request.getSeverity() === LogSeverity.WARNING ? "warning" : "info";
        lines.push(`${severity} ${request.getUrn().split("::").at(-1) ?? ""}: ${request.getMessage()}`);
        answer(null, new Empty());
      },
    });
    const port = await new Promise<number>((tell, fail) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) tell(bound);
        else fail(error);
      });
    });
    return Object.assign(new FakeEngine(server, port), { lines });
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

/** The result of one call, or its error. */
export function unary<T>(
  call: (done: (error: ServiceError | null, response: T) => void) => unknown,
): Promise<T> {
  return new Promise((resolveWith, fail) => {
    call((error, response) => {
      if (error === null) resolveWith(response);
      else fail(error);
    });
  });
}

export function struct(props: Props): Struct {
  return Struct.fromJavaScript(props);
}

function plain(message: Struct | undefined): Props {
  return message?.toJavaScript() ?? {};
}

/** The error that a call is answered with. */
export async function errorOf(call: Promise<unknown>): Promise<ServiceError> {
  const [answer] = await Promise.allSettled([call]);
  if (answer.status === "fulfilled") throw new Error("the call was answered");
  return answer.reason as ServiceError;
}
