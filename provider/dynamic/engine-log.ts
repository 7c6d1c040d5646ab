import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Notice } from "../hypervisor/notice.js";

/** Waiting longer than this for a line would hold up what the line is about. */
const PATIENCE_MS = 5000;

const severities = { info: LogSeverity.INFO, warning: LogSeverity.WARNING };

/**
 * What the user reads beside the engine's own lines. The engine also shows what the dynamic host prints, but without a
 * severity; so lines go to the engine itself, which started the host with its address.
 */
export class EngineLog {
  /** Lines in their order; done once the engine has them all. */
  #sent: Promise<void> = Promise.resolve();
  #engine: EngineClient | undefined;

  /** Shows lines, and returns once the engine has them. */
  show(notices: readonly Notice[]): Promise<void> {
    for (const notice of notices) this.#sent = this.#sent.then(() => this.#send(notice));
    return this.#sent;
  }

  /** Shows a line while an operation goes on; `delivered` waits for it. */
  readonly tell = (notice: Notice): void => {
    void this.show([notice]);
  };

  /** Returns once the engine has every line. */
  delivered(): Promise<void> {
    return this.#sent;
  }

  async #send({ severity, text }: Notice): Promise<void> {
    try {
      await this.#log(new LogRequest().setSeverity(severities[severity]).setMessage(text));
    } catch {
      // An engine that does not listen still reads what is printed.
      console[severity === "warning" ? "warn" : "log"](text);
    }
  }

  #log(request: LogRequest): Promise<void> {
    const { credentials, Metadata } = grpcOfPulumi();
    const engine = (this.#engine ??= new EngineClient(engineAddress(), credentials.createInsecure()));
    const options = { deadline: Date.now() + PATIENCE_MS };
    return new Promise((done, fail) => {
      engine.log(request, new Metadata(), options, (error) => {
        if (error === null) done();
        else fail(error);
      });
    });
  }
}

/** The last of the host's arguments: flags for logs and traces come before it. */
function engineAddress(): string {
  return process.argv.at(-1) ?? "";
}

/** Pulumi's clients accept only credentials of the same copy of gRPC that they were made with. */
function grpcOfPulumi(): typeof grpc {
  return createRequire(require.resolve("@pulumi/pulumi/package.json"))("@grpc/grpc-js") as typeof grpc;
}
