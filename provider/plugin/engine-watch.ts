import { Channel, connectivityState, credentials } from "@grpc/grpc-js";
import { ON_THIS_MACHINE } from "./engine-log.js";

/** An engine that is there accepts a connection at once; one that is busy may take a moment. */
const PATIENCE_MS = 3000;

/** A connection without calls must stay as it is. */
const OPTIONS = { ...ON_THIS_MACHINE, "grpc.client_idle_timeout_ms": 2 ** 31 - 1 };

/**
 * Calls `gone` once the engine at `address` does not exist any more. An engine that is killed cannot end its plugins: a
 * connection that is kept to it ends with it.
 */
export function watchEngine(address: string, gone: () => void): void {
  const channel = new Channel(address, credentials.createInsecure(), OPTIONS);
  const { READY, TRANSIENT_FAILURE, SHUTDOWN } = connectivityState;
  let lost: NodeJS.Timeout | undefined;
  const look = () => {
    const state = channel.getConnectivityState(true);
    if (state === SHUTDOWN) return;
    if (state === READY) {
      clearTimeout(lost);
      lost = undefined;
    } else if (state === TRANSIENT_FAILURE) {
      gone();
      return;
    } else lost ??= setTimeout(gone, PATIENCE_MS);
    channel.watchConnectivityState(state, Infinity, look);
  };
  look();
}
