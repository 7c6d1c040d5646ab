import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { failuresOf } from "../schema/check-failures.js";
import { concealing } from "./conceal.js";
import { changedSettings, decodeConfig, fromVariables } from "./config.js";
import { startProcess, type Process } from "./context.js";
import type { EngineLog } from "./engine-log.js";
import { invoke } from "./invoke.js";
import { readSchema, readVersion } from "./package-files.js";
import { empty, ResourceCalls } from "./resource-calls.js";
import { resources } from "./resources.js";
import { failureOf, Malformed, Refused, Unimplemented } from "./status.js";
import { answered, answeredSecretly, plain, received, secretsIn, secretTexts } from "./values.js";

const { DiffChanges } = messages.DiffResponse;

/** Everything that the engine can call, by the protocol's names. One process serves one provider of a program. */
export class Provider {
  #process!: Process;
  #resources!: ResourceCalls;
  /** The secret texts in the configuration. */
  #secrets: readonly string[] = [];
  #isStopped = false;

  constructor(private readonly log: EngineLog) {
    this.#start();
  }

  get resources(): ResourceCalls {
    return this.#resources;
  }

  #start(): void {
    this.#process = startProcess();
    const { context } = this.#process;
    const handlers = Object.entries(resources).map(([type, make]) => [type, make(context)] as const);
    this.#resources = new ResourceCalls(Object.fromEntries(handlers), this.log, () => this.#secrets);
    this.#isStopped = false;
  }

  /** Inputs come with their secrets marked, so that no message shows one; everything else comes plain. */
  handshake(request: messages.ProviderHandshakeRequest): messages.ProviderHandshakeResponse {
    this.log.attach(request.getEngineAddress());
    return new messages.ProviderHandshakeResponse().setAcceptSecrets(true);
  }

  /** An engine that connects to a process that runs already. */
  attach(request: PluginAttach): Empty {
    this.log.attach(request.getAddress());
    return empty();
  }

  async getPluginInfo(): Promise<PluginInfo> {
    return new PluginInfo().setVersion(await readVersion());
  }

  async getSchema(request: messages.GetSchemaRequest): Promise<messages.GetSchemaResponse> {
    const version = request.getVersion();
    if (version !== 0) throw new Malformed(`There is no version ${version} of the schema format; only 0.`);
    return new messages.GetSchemaResponse().setSchema(await readSchema());
  }

  checkConfig(request: messages.CheckRequest): messages.CheckResponse {
    const news = received(request.getNews());
    const inputs = plain(news);
    const { problems } = decodeConfig(inputs);
    const failures = failuresOf(problems, inputs, secretsIn(news)).map(({ property, reason }) =>
      new messages.CheckFailure().setProperty(property).setReason(reason),
    );
    return new messages.CheckResponse().setInputs(answered(inputs, news)).setFailuresList(failures);
  }

  /** Nothing of a provider is recorded with its resources, so a changed one replaces none. */
  diffConfig(request: messages.DiffRequest): messages.DiffResponse {
    const olds = plain(received(request.getOldInputs() ?? request.getOlds()));
    const changed = changedSettings(olds, plain(received(request.getNews())));
    return new messages.DiffResponse()
      .setChanges(changed.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
      .setDiffsList(changed);
  }

  /** An engine that attaches to a process that runs already configures it anew, after others have cancelled it. */
  configure(request: messages.ConfigureRequest): messages.ConfigureResponse {
    const variables = () => fromVariables(request.getVariablesMap().toArray());
    const args = request.hasArgs() ? received(request.getArgs()) : variables();
    this.#secrets = secretTexts(args);
    const inputs = plain(args);
    const { settings, problems } = decodeConfig(inputs);
    const [first] = failuresOf(problems, inputs, secretsIn(args));
    if (first !== undefined)
      throw new Malformed(`The configuration of the provider is wrong. ${first.reason}`);
    if (this.#isStopped) this.#start();
    this.#process.configure(settings);
    return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
  }

  async invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
    const args = received(request.getArgs());
    const { context, hosts } = this.#process;
    try {
      const { result, secret } = await invoke(context, hosts.open, request.getTok(), plain(args));
      const isSecret = secret || secretsIn(args).length > 0;
      return new messages.InvokeResponse().setReturn(isSecret ? answeredSecretly(result) : answered(result));
    } catch (error) {
      throw new Refused(failureOf(error), concealing([...this.#secrets, ...secretTexts(args)]));
    }
  }

  /** Every call in flight ends at once. What libvirt has begun goes on, and the next run adopts it. */
  cancel(): Empty {
    this.stop();
    return empty();
  }

  getMapping(): messages.GetMappingResponse {
    return new messages.GetMappingResponse();
  }

  getMappings(): messages.GetMappingsResponse {
    return new messages.GetMappingsResponse();
  }

  unimplemented(method: string): never {
    throw new Unimplemented(`pulumi-resource-virsh has no ${method}.`);
  }

  stop(): void {
    this.#isStopped = true;
    this.#process.hosts.stop();
  }
}
