import grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";

/**
 * What shows a line beside a resource. It is not kept: the engine shows the latest one while the resource is worked on.
 * @param {string} address the engine's
 * @returns {(urn: string, line: string) => Promise<void>} resolves when the engine has the line
 */
export function openLog(address) {
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  return (urn, line) => {
    const request = new engine.LogRequest()
      .setSeverity(engine.LogSeverity.INFO)
      .setUrn(urn)
      .setMessage(line)
      .setEphemeral(true);
    // A line that gets lost is no reason to fail.
    return new Promise((resolve) => void client.log(request, () => resolve()));
  };
}
