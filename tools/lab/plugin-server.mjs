import grpc from "@grpc/grpc-js";

/** As much as the engine sends and takes in one message. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/**
 * Serves a plugin of Pulumi's engine the way the engine expects it: on a port of its own, whose number is the first
 * line on standard output. The plugin ends when the engine closes its standard input, which also happens when the
 * engine is killed.
 * @param {grpc.ServiceDefinition} service
 * @param {grpc.UntypedServiceImplementation} methods the other methods of the service are answered with UNIMPLEMENTED
 * @param {() => Promise<void>} end ends what the plugin has started
 */
export function servePlugin(service, methods, end) {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(service, methods);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
  });
  const stop = () => void end().finally(() => process.exit(0));
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, stop);
  process.stdin.on("end", stop).on("error", stop).resume();
}

/**
 * Answers a call with what the work returns; an error of the work is the call's error.
 * @template Request, Response
 * @param {(request: Request, call: grpc.ServerUnaryCall<Request, Response>) => Response | Promise<Response>} work
 * @returns {grpc.handleUnaryCall<Request, Response>}
 */
export function unary(work) {
  return (call, callback) => {
    Promise.resolve()
      .then(() => work(call.request, call))
      .then(
        (response) => callback(null, response),
        (error) => callback({ code: grpc.status.UNKNOWN, message: error.message ?? String(error) }),
      );
  };
}
