import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

export type Properties = Record<string, JavaScriptValue>;

/** What stands for a value that a preview does not know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const URN = "urn:pulumi:test::project::virsh:index:Domain$command:local:Command::vm";

/** A plugin of @pulumi/command in a process of its own, called as the engine calls it. */
export class CommandPlugin {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly engine: grpc.Server,
    private readonly lines: string[],
  ) {}

  static async start(program: string, ...args: string[]): Promise<CommandPlugin> {
    const engine = new grpc.Server();
    const lines: string[] = [];
    const log: grpc.handleUnaryCall<LogRequest, Empty> = ({ request }, done) => {
      lines.push(`${request.getEphemeral() ? "" : "kept: "}${request.getMessage()}`);
      done(null, new Empty());
    };
    engine.addService(EngineService, { log });
    const address = await new Promise<number>((tell, fail) => {
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) tell(port);
        else fail(error);
      });
    });
    const child = spawn(program, [...args, `127.0.0.1:${address}`], { stdio: ["pipe", "pipe", "inherit"] });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const plugin = new CommandPlugin(child, client, engine, lines);
    const request = new proto.ConfigureRequest()
      .setArgs(new Struct())
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true);
    await unary((done) => client.configure(request, done));
    return plugin;
  }

  /** What it has shown to the user since it was last asked, line by line. */
  shown(): string[] {
    return this.lines.splice(0);
  }

  /** The inputs that are refused. */
  async check(news: Properties): Promise<string[]> {
    const request = new proto.CheckRequest().setUrn(URN).setOlds(new Struct()).setNews(struct(news));
    const response = await unary<proto.CheckResponse>((done) => this.client.check(request, done));
    return response.getFailuresList().map((failure) => failure.getProperty());
  }

  /** The paths that differ, each with its kind. */
  async diff(oldInputs: Properties, news: Properties): Promise<Record<string, string>> {
    const request = new proto.DiffRequest()
      .setId("id")
      .setUrn(URN)
      .setOlds(struct({ ...oldInputs, stdout: "", stderr: "" }))
      .setOldInputs(struct(oldInputs))
      .setNews(struct(news));
    const response = await unary<proto.DiffResponse>((done) => this.client.diff(request, done));
    const found: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((detail: proto.PropertyDiff, path: string) => {
      found[path] = KINDS[detail.getKind()] ?? "unknown";
    });
    return found;
  }

  /** The outputs. The id has to begin with the resource's name. */
  async create(inputs: Properties, preview = false): Promise<Properties> {
    const request = new proto.CreateRequest().setUrn(URN).setProperties(struct(inputs)).setPreview(preview);
    const response = await unary<proto.CreateResponse>((done) => this.client.create(request, done));
    if (!/^vm[0-9a-f]{8}$/.test(response.getId())) throw new Error(`the id is ${response.getId()}`);
    return plain(response.getProperties());
  }

  /** The outputs; `olds` are outputs, `news` inputs. */
  async update(olds: Properties, news: Properties, preview = false): Promise<Properties> {
    const request = new proto.UpdateRequest()
      .setId("id")
      .setUrn(URN)
      .setOlds(struct(olds))
      .setNews(struct(news))
      .setPreview(preview);
    const response = await unary<proto.UpdateResponse>((done) => this.client.update(request, done));
    return plain(response.getProperties());
  }

  async delete(outputs: Properties): Promise<void> {
    const request = new proto.DeleteRequest().setId("id").setUrn(URN).setProperties(struct(outputs));
    await unary((done) => this.client.delete(request, done));
  }

  async cancel(): Promise<void> {
    await unary((done) => this.client.cancel(new Empty(), done));
  }

  /** Ends it as an engine does that goes away; whether it ended by itself. */
  async stop(): Promise<boolean> {
    this.client.close();
    this.engine.forceShutdown();
    const ended = once(this.child, "close");
    this.child.stdin?.end();
    const late = setTimeout(() => this.child.kill(), 5000);
    const [code] = (await ended) as [number | null];
    clearTimeout(late);
    return code === 0;
  }
}

const KINDS = ["add", "add, replace", "delete", "delete, replace", "update", "update, replace"];

function unary<T>(
  call: (done: (error: grpc.ServiceError | null, response: T) => void) => unknown,
): Promise<T> {
  return new Promise((resolveWith, fail) => {
    call((error, response) => {
      if (error === null) resolveWith(response);
      else fail(new Error(error.details));
    });
  });
}

function struct(props: Properties): Struct {
  return Struct.fromJavaScript(props);
}

function plain(message: Struct | undefined): Properties {
  return message?.toJavaScript() ?? {};
}
