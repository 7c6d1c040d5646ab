import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

export type Props = Record<string, JavaScriptValue>;

/** What every state contains; see provider/dynamic-handler.ts. */
export const PROVIDER_TEXT = 'exports.handler = () => require("pulumi-virsh/dynamic-handler");';

/** The placeholder for a value that is not known yet in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const root = resolve(__dirname, "../../..");
const URN = "urn:pulumi:test::project::pulumi-nodejs:dynamic/virsh:Snapshot::checkpoint";

/** A diff as the engine receives it. */
export interface Diff {
  changes: "DIFF_UNKNOWN" | "DIFF_NONE" | "DIFF_SOME";
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** What the engine saves of a resource whose create or update failed halfway. */
export interface InitFailure {
  id: string;
  properties: Props;
  reasons: string[];
}

/** Pulumi's own dynamic host, in a process of its own, started and called as the engine does it. */
export class DynamicHost {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly program: string,
    private readonly printed: string[],
  ) {}

  /** `env`: the differences in the environment of the host. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<DynamicHost> {
    const program = await mkdtemp(join(tmpdir(), "virsh-program-"));
    await mkdir(join(program, "node_modules"));
    await symlink(root, join(program, "node_modules/pulumi-virsh"));
    const main = join(root, "node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js");
    const child = spawn(process.execPath, [main, "127.0.0.1:0"], {
      cwd: program,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines: string[] = [];
    const port = await new Promise<string>((tell, fail) => {
      createInterface(child.stdout)
        .once("line", tell)
        .on("line", (line) => lines.push(line));
      createInterface(child.stderr).on("line", (line) => lines.push(line));
      child.once("error", fail);
      child.once("exit", () => fail(new Error(`the dynamic host ended: ${lines.join("\n")}`)));
    });
    lines.length = 0;
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const host = new DynamicHost(child, client, program, lines);
    const request = new proto.ConfigureRequest().setArgs(Struct.fromJavaScript({}));
    await unary((done) => client.configure(request, done));
    return host;
  }

  /** Inputs as they are recorded, and the problems: property and reason. */
  async check(olds: Props, news: Props): Promise<{ inputs: Props; failures: [string, string][] }> {
    const request = new proto.CheckRequest().setUrn(URN).setOlds(struct(olds)).setNews(struct(news));
    const response = await unary<proto.CheckResponse>((done) => this.client.check(request, done));
    const failures = response.getFailuresList();
    return {
      inputs: plain(response.getInputs()),
      failures: failures.map((failure) => [failure.getProperty(), failure.getReason()]),
    };
  }

  /** `olds` are outputs, `news` inputs. */
  async diff(id: string, olds: Props, news: Props): Promise<Diff> {
    const request = new proto.DiffRequest().setId(id).setUrn(URN).setOlds(struct(olds)).setNews(struct(news));
    const response = await unary<proto.DiffResponse>((done) => this.client.diff(request, done));
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    const changes = response.getChanges();
    return {
      changes: changes === DIFF_SOME ? "DIFF_SOME" : changes === DIFF_NONE ? "DIFF_NONE" : "DIFF_UNKNOWN",
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(inputs: Props): Promise<{ id: string; outputs: Props }> {
    const request = new proto.CreateRequest().setUrn(URN).setProperties(struct(inputs));
    const response = await unary<proto.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), outputs: plain(response.getProperties()) };
  }

  /** An empty id means that the resource is gone. */
  async read(id: string, outputs: Props): Promise<{ id: string; outputs: Props; inputs: Props }> {
    const request = new proto.ReadRequest().setId(id).setUrn(URN).setProperties(struct(outputs));
    const response = await unary<proto.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      outputs: plain(response.getProperties()),
      inputs: plain(response.getInputs()),
    };
  }

  async update(id: string, olds: Props, news: Props): Promise<Props> {
    const request = new proto.UpdateRequest()
      .setId(id)
      .setUrn(URN)
      .setOlds(struct(olds))
      .setNews(struct(news));
    const response = await unary<proto.UpdateResponse>((done) => this.client.update(request, done));
    return plain(response.getProperties());
  }

  async delete(id: string, outputs: Props): Promise<void> {
    const request = new proto.DeleteRequest().setId(id).setUrn(URN).setProperties(struct(outputs));
    await unary((done) => this.client.delete(request, done));
  }

  /** What it has printed since the last call of this method, line by line: the engine shows that to the user. */
  async told(): Promise<string[]> {
    // It prints before it answers, but through another channel.
    await sleep(50);
    return this.printed.splice(0);
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((done) => this.child.once("close", done));
    this.child.kill();
    await ended;
    await rm(this.program, { recursive: true });
  }
}

/** What the engine is asked to save although a call failed. */
export function initFailure(error: unknown): InitFailure | undefined {
  const [bytes] = (error as ServiceError).metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(bytes)) return undefined;
  const failed = Status.deserializeBinary(bytes)
    .getDetailsList()
    .map((detail) =>
      detail.unpack(
        (packed) => proto.ErrorResourceInitFailed.deserializeBinary(packed),
        "pulumirpc.ErrorResourceInitFailed",
      ),
    )
    .find((detail) => detail !== null);
  if (failed === undefined) return undefined;
  return { id: failed.getId(), properties: plain(failed.getProperties()), reasons: failed.getReasonsList() };
}

function unary<T>(call: (done: (error: ServiceError | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolveWith, fail) => {
    call((error, response) => (error === null ? resolveWith(response) : fail(error)));
  });
}

function struct(props: Props): Struct {
  return Struct.fromJavaScript(props);
}

function plain(message: Struct | undefined): Props {
  return message?.toJavaScript() ?? {};
}
