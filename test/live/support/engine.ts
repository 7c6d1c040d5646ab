import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  LocalWorkspace,
  Stack,
  type Deployment,
  type DestroyOptions,
  type EngineEvent,
  type ImportResource,
  type PreviewOptions,
  type UpOptions,
} from "@pulumi/pulumi/automation";
import * as runtime from "@pulumi/pulumi/runtime";

/** What a test declares; its return value becomes the stack's outputs. */
export type Program = () => Record<string, unknown> | Promise<Record<string, unknown>>;

/** The result of one command of the engine. */
export interface Run {
  ok: boolean;
  /** What was done to resources, in order, without those that stayed the same: `create checkpoint`. */
  steps: string[];
  /** The other messages that the user reads, in order, without those that only point to another one. */
  messages: string[];
}

/** A result, and what was said about each resource. */
export type Told = Run & { about: Record<string, string[]> };

/** Asserts that a command did these steps, printed these messages, and succeeded. */
export function assertDone(run: Run, steps: string[], messages: string[] = []): void {
  assert.deepEqual(run, { ok: true, steps, messages });
}

/** Asserts that a command got as far as these steps, printed these messages, and failed. */
export function assertFailed(run: Run, steps: string[], messages: string[]): void {
  assert.deepEqual(run, { ok: false, steps, messages });
}

/** Returns the result of a command after asserting that it succeeded. */
export async function succeed(command: Promise<Run>): Promise<Run> {
  const run = await command;
  assert.ok(run.ok, run.messages.join("\n"));
  return run;
}

interface Options {
  onEvent: (event: EngineEvent) => void;
  color: "never";
}

// The engine runs the provider in the folder of the program, and `pulumi-virsh` must be found from there.
const PLACE = join(__dirname, "../../work");

/*
 * All connections of a process share what gRPC knows of a port, also that nothing listens on it. Of hundreds of engines
 * one gets the port of an earlier one, and its program would fail with "No connection established. Last error:
 * null".
 */
const { grpcClientOptions } = runtime as unknown as { grpcClientOptions: Record<string, unknown> };
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;

/** A stack on the real engine, with a program that can change between its commands. */
export class TestStack {
  private constructor(
    private readonly stack: Stack,
    /** Where the engine and the provider run. */
    readonly folder: string,
    readonly env: Record<string, string>,
  ) {}

  /** `env`: the differences in the environment of the engine, and so of the provider. */
  static async open(env: Record<string, string> = {}): Promise<TestStack> {
    await mkdir(PLACE, { recursive: true });
    return TestStack.reopen(await mkdtemp(join(PLACE, "stack-")), env);
  }

  /** The stack of that folder, also from another process. */
  static async reopen(folder: string, env: Record<string, string> = {}): Promise<TestStack> {
    const projectName = basename(folder);
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName, program: () => Promise.resolve({}) },
      { workDir: folder, envVars: env },
    );
    // After a command the Automation API runs up to three more, for outputs and history that few tests read.
    const nothing = { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) };
    return new TestStack(Object.assign(stack, nothing), folder, env);
  }

  /** What the last command said about each resource. */
  about: Record<string, string[]> = {};

  /** `pulumi config set`. */
  configure(name: string, value: string): Promise<void> {
    return this.stack.setConfig(name, { value });
  }

  /** The name of its project, part of every URN. */
  get project(): string {
    return basename(this.folder);
  }

  preview(program: Program, flags: PreviewOptions = {}): Promise<Run> {
    return this.observed((options) =>
      this.stack.preview({ program: asynchronous(program), ...flags, ...options }),
    );
  }

  /** What `pulumi preview` prints, without colours; also if it fails. */
  async transcript(program: Program, flags: PreviewOptions = {}): Promise<string> {
    let printed = "";
    const onOutput = (text: string) => (printed += text);
    await this.stack
      .preview({ program: asynchronous(program), ...flags, onOutput, color: "never" })
      .catch((error: unknown) => {
        if (printed === "") throw error;
      });
    return printed;
  }

  up(program: Program, flags: UpOptions = {}): Promise<Run> {
    return this.observed((options) =>
      this.stack.up({ program: asynchronous(program), ...flags, ...options }),
    );
  }

  /** `pulumi up --continue-on-error`. */
  upAsFarAsPossible(program: Program): Promise<Run> {
    return besideMocha(() => this.up(program, { continueOnError: true }));
  }

  refresh(): Promise<Run> {
    return this.observed((options) => this.stack.refresh(options), "resOutputsEvent");
  }

  destroy(extra: Pick<DestroyOptions, "onOutput" | "continueOnError"> = {}): Promise<Run> {
    return this.observed((options) => this.stack.destroy({ ...options, ...extra }));
  }

  private observed(command: (options: Options) => Promise<object>, counted?: Counted): Promise<Run> {
    this.about = {};
    return observed(command, this.about, counted);
  }

  /** What `pulumi stack output --show-secrets` prints. */
  async outputs(): Promise<Record<string, unknown>> {
    const outputs = await Stack.prototype.outputs.call(this.stack);
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
  }

  /** What `pulumi stack export` writes. */
  export(): Promise<Deployment> {
    return this.stack.exportStack();
  }

  import(deployment: Deployment): Promise<void> {
    return this.stack.importStack(deployment);
  }

  /** `pulumi import --file`, without the code. */
  async importExisting(resources: ImportResource[]): Promise<void> {
    await this.stack.import({ resources, generateCode: false, protect: false });
  }

  /** All recorded resources, and the stack itself. */
  async resources(): Promise<RecordedResource[]> {
    const { deployment } = (await this.export()) as { deployment: { resources?: RecordedResource[] } };
    return deployment.resources ?? [];
  }

  /** The recorded resource of that name; an error if the state has none. */
  async recorded(name: string): Promise<RecordedResource> {
    const found = (await this.resources()).find(({ urn }) => urn.endsWith(`::${name}`));
    if (found === undefined) throw new Error(`the state has no ${name}`);
    return found;
  }

  /** The operations that an interrupted command left pending: `creating checkpoint`. */
  async pending(): Promise<string[]> {
    const { deployment } = (await this.export()) as {
      deployment: { pending_operations?: { type: string; resource: { urn: string } }[] };
    };
    return (deployment.pending_operations ?? []).map(
      ({ type, resource }) => `${type} ${nameOf(resource.urn)}`,
    );
  }

  /** `pulumi cancel`: removes the lock of an engine that was killed. */
  unlock(): Promise<void> {
    return this.stack.cancel();
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** A resource as a state file has it. */
export interface RecordedResource {
  urn: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  provider?: string | undefined;
  initErrors?: string[];
}

function asynchronous(program: Program) {
  return () => Promise.resolve(program());
}

/**
 * A program that continues after a failure rejects promises that no caller awaits. The SDK listens for those itself
 * and reports them; mocha, listening as well, would have them fail the test.
 */
export async function besideMocha<T>(work: () => Promise<T>): Promise<T> {
  const event = "uncaughtException";
  const listeners = process.listeners(event);
  process.removeAllListeners(event);
  try {
    return await work();
  } finally {
    // What the program was still asking the engine fails a moment after the engine has ended.
    const ignore = () => undefined;
    process.on(event, ignore);
    await sleep(LATE_MS);
    process.off(event, ignore);
    for (const listener of listeners) process.on(event, listener);
  }
}

const LATE_MS = 300;

/** The event of a step that counts: a refresh knows only afterwards what became of a resource. */
type Counted = "resourcePreEvent" | "resOutputsEvent";

async function observed(
  command: (options: Options) => Promise<object>,
  about: Record<string, string[]>,
  counted: Counted = "resourcePreEvent",
): Promise<Run> {
  const steps: string[] = [];
  const messages: string[] = [];
  const onEvent = (event: EngineEvent): void => {
    const { metadata } = event[counted] ?? {};
    if (metadata !== undefined && metadata.op !== "same" && !metadata.type.startsWith("pulumi:")) {
      steps.push(`${metadata.op} ${nameOf(metadata.urn)}`);
    }
    const said = event.diagnosticEvent;
    if (said !== undefined && !NOISE.test(`${said.severity}: ${said.message}`)) {
      messages.push(said.message.trim());
      if (said.urn !== undefined && said.urn !== "")
        (about[nameOf(said.urn)] ??= []).push(said.message.trim());
    }
  };
  try {
    await command({ onEvent, color: "never" });
    return { ok: true, steps, messages };
  } catch (error) {
    // An engine that did not get that far has printed nothing of its own.
    if (messages.length === 0) throw error;
    return { ok: false, steps, messages };
  }
}

/**
 * Debug lines, which the Automation API requests too; the engine's last message, which only says that it ends; what
 * Pulumi's host prints beside an error of diff, read and delete, at any moment, kept as short as possible; and that a
 * plugin was found on PATH.
 */
const NOISE =
  /^debug: |^error: (?:update|preview|refresh|destroy) failed\s*$|: pulumi-virsh: see the error of the resource\s*$|^warning: using pulumi-resource-\w+ from \$PATH /;

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
