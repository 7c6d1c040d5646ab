import { credentials, makeGenericClientConstructor, type Client, type requestCallback } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Notice } from "../hypervisor/notice.js";
import type { Conceal } from "./conceal.js";

/** Waiting longer than this for a line would hold up what the line is about. */
const PATIENCE_MS = 5000;

/** The engine runs beside the plugin: no proxy of the environment leads to it. */
export const ON_THIS_MACHINE = { "grpc.enable_http_proxy": 0 };

const severities = { info: LogSeverity.INFO, warning: LogSeverity.WARNING };

/** The engine as the plugin calls it: lines for the user go to its log, each beside the resource that it is about. */
export class EngineLog {
  #client: Client | undefined;

  /** `address`: empty where nobody listens, as in a test. */
  attach(address: string): void {
    this.#client?.close();
    const Engine = makeGenericClientConstructor(EngineService, "Engine");
    this.#client =
      address === "" ? undefined : new Engine(address, credentials.createInsecure(), ON_THIS_MACHINE);
  }

  /** The lines of one call about the resource `urn`. */
  about(urn: string, conceal: Conceal): Lines {
    // In their order; done once the engine has them all.
    let sent: Promise<void> = Promise.resolve();
    return {
      show: (notices) => {
        for (const notice of notices)
          sent = sent.then(() => this.#send({ ...notice, text: conceal(notice.text) }, urn));
      },
      delivered: () => sent,
    };
  }

  /** An engine that does not listen any more has no user who reads. */
  #send({ severity, text }: Notice, urn: string): Promise<void> {
    const request = new LogRequest().setSeverity(severities[severity]).setMessage(text).setUrn(urn);
    const { path, requestSerialize, responseDeserialize } = EngineService.log;
    return new Promise((done) => {
      if (this.#client === undefined) {
        done();
        return;
      }
      const answered: requestCallback<unknown> = () => {
        done();
      };
      const options = { deadline: Date.now() + PATIENCE_MS };
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, answered);
    });
  }
}

/** Lines that are shown while a call goes on. */
export interface Lines {
  readonly show: (notices: readonly Notice[]) => void;
  /** Returns once the engine has every line. */
  delivered(): Promise<void>;
}
