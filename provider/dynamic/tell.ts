import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { warning, type Notice } from "../hypervisor/notice.js";

/**
 * What the user reads beside the engine's own lines. What the dynamic host prints the engine shows as well, but without
 * weight, on whichever of its outputs; so it is told to the engine itself, which started the host with its address.
 */

/** Lines in the order in which they were told; done once the engine has them all. */
let told: Promise<void> = Promise.resolve();

/** Waiting longer for a line than this would hold up what it is about. */
const PATIENCE_MS = 5000;

const severities = { info: LogSeverity.INFO, warning: LogSeverity.WARNING };

/** Shows lines, and returns once the engine has them. */
export function show(notices: readonly Notice[]): Promise<void> {
  for (const notice of notices) told = told.then(() => deliver(notice));
  return told;
}

/** Tells something while an operation goes on; `delivered` waits for it. */
export function tell(line: string): void {
  void show([warning(line)]);
}

/** Returns once the engine has all that was told. */
export function delivered(): Promise<void> {
  return told;
}

async function deliver({ severity, text }: Notice): Promise<void> {
  try {
    await log(new LogRequest().setSeverity(severities[severity]).setMessage(text));
  } catch {
    // An engine that does not listen still reads what is printed.
    console[severity === "warning" ? "warn" : "log"](text);
  }
}

let engine: EngineClient | undefined;

function log(request: LogRequest): Promise<void> {
  const { credentials, Metadata } = grpcOfPulumi();
  engine ??= new EngineClient(engineAddress(), credentials.createInsecure());
  const options = { deadline: Date.now() + PATIENCE_MS };
  return new Promise((done, fail) => {
    engine?.log(request, new Metadata(), options, (error) => {
      if (error === null) done();
      else fail(error);
    });
  });
}

/** The last of the host's arguments: flags for logs and traces come before it. */
function engineAddress(): string {
  return process.argv.at(-1) ?? "";
}

/** Pulumi's clients accept credentials of the very copy that they were made with. */
function grpcOfPulumi(): typeof grpc {
  return createRequire(require.resolve("@pulumi/pulumi/package.json"))("@grpc/grpc-js") as typeof grpc;
}
