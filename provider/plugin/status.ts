import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isVirshError, type ErrorKind } from "../errors.js";

/** What a call is answered with that failed. */
export type Failure = Partial<ServiceError> & Pick<ServiceError, "code" | "details">;

/**
 * The engine takes UNKNOWN and INTERNAL for a resource in an unknown state, UNAVAILABLE for a plugin that died, and
 * UNIMPLEMENTED for a method that this plugin lacks. None of these is an answer of libvirt.
 */
const CODES: Record<ErrorKind, status> = {
  NotFound: status.NOT_FOUND,
  Conflict: status.FAILED_PRECONDITION,
  Unsupported: status.FAILED_PRECONDITION,
  NeedsForce: status.FAILED_PRECONDITION,
  Busy: status.ABORTED,
  Unreachable: status.ABORTED,
  Denied: status.PERMISSION_DENIED,
  Timeout: status.ABORTED,
  Cancelled: status.ABORTED,
  Invalid: status.INVALID_ARGUMENT,
  Unexpected: status.ABORTED,
};

/** A request that cannot be what the engine means. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** What this plugin does not do, and never claimed to. */
export class Unimplemented extends Error {
  override readonly name = "Unimplemented";
}

/** The answer to a call that threw `error`. */
export function failureOf(error: unknown): Failure {
  const details = error instanceof Error ? error.message : String(error);
  if (isVirshError(error)) return { code: CODES[error.kind], details };
  if (error instanceof Malformed) return { code: status.INVALID_ARGUMENT, details };
  if (error instanceof Unimplemented) return { code: status.UNIMPLEMENTED, details };
  const where = error instanceof Error ? (error.stack?.split("\n").slice(1, 4).join("\n") ?? "") : "";
  return { code: status.UNKNOWN, details: `A defect of pulumi-resource-virsh: ${details}\n${where}` };
}

/** The answer for something that exists but is not right: the engine saves `properties` and shows the reason. */
export function incompleteFailure(id: string, properties: Struct, reason: string): Failure {
  const detail = new ErrorResourceInitFailed()
    .setId(id)
    .setProperties(properties)
    .setReasonsList([reason])
    .setRefreshBeforeUpdate(true);
  const message = new Status().setCode(status.ABORTED).setMessage(reason);
  message.addDetails().pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  // grpc-js sends no details of its own; Go's gRPC reads them from this header.
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return { code: status.ABORTED, details: reason, metadata };
}

/** A call that is answered with a failure, without what is secret in it. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly failure: Failure;

  constructor(failure: Failure, conceal: (text: string) => string) {
    super(failure.details);
    this.failure = { ...failure, details: conceal(failure.details) };
  }
}
