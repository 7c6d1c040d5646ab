import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";

/** Silence after which a short command is sent again: what is sent while the guest is being restored is lost. */
const RESEND_AFTER_MS = 500;

/** What an emulated UART transfers in a millisecond, about. */
const BYTES_PER_MS = 4;

/** @typedef {{ status: number, output: Buffer }} Answer */

/** The one shell of a guest, over its serial port. QEMU serves one client at a time; the next one waits. */
export class SerialShell {
  /** @param {string} socket */
  constructor(socket) {
    this.socket = socket;
  }

  /**
   * Runs a command in the shell.
   * @param {string} command
   * @param {number} seconds how long it may take
   * @returns {Promise<Answer>}
   */
  async run(command, seconds) {
    const id = randomBytes(8).toString("hex");
    // The first line end completes whatever is on the line already.
    const request = `\n@run ${id} ${gzipSync(command).toString("base64")}\n`;
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const answer = await this.#request(id, request, deadline);
      if (answer !== undefined) return answer;
      if (Date.now() > deadline) throw new Error(`the guest did not answer within ${seconds} s`);
      // The socket does not exist yet, or QEMU has closed it: the guest is being reverted.
      await sleep(50);
    }
  }

  /**
   * Sends the request on one connection; resolves with nothing when that ends before the answer is complete. The guest
   * runs an ID once, and answers it as often as it is sent.
   * @param {string} id @param {string} request @param {number} deadline
   * @returns {Promise<Answer | undefined>}
   */
  #request(id, request, deadline) {
    return new Promise((resolve) => {
      let received = "";
      let resendAfter = RESEND_AFTER_MS + request.length / BYTES_PER_MS;
      /** @type {NodeJS.Timeout | undefined} */
      let silence;
      const client = connect(this.socket);
      const listen = () => {
        clearTimeout(silence);
        silence = setTimeout(() => ((resendAfter *= 2), send()), resendAfter);
      };
      const send = () => {
        received = "";
        client.write(request);
        listen();
      };
      const end = setTimeout(() => client.destroy(), Math.max(1, deadline - Date.now()));
      client
        .setEncoding("latin1")
        .on("connect", send)
        .on("error", () => undefined);
      client.on("data", (text) => {
        received += text;
        listen();
        const answer = parse(received, id);
        if (answer === "again" || /^@ready\r?\n/m.test(received)) return send();
        if (answer === undefined) return;
        resolve(answer);
        client.destroy();
      });
      client.on("close", () => {
        clearTimeout(silence);
        clearTimeout(end);
        resolve(undefined);
      });
    });
  }
}

/**
 * Finds the answer to `id` in what was received: nothing while its end is missing, "again" when something else was
 * written in between.
 * @param {string} text @param {string} id
 * @returns {Answer | "again" | undefined}
 */
function parse(text, id) {
  const end = new RegExp(`^@end ${id} (\\d+)\\r?\\n`, "m").exec(text);
  if (end === null) return undefined;
  const begin = `@begin ${id}\n`;
  const body = text.slice(text.indexOf(begin) + begin.length, end.index);
  try {
    return { status: Number(end[1]), output: gunzipSync(Buffer.from(body, "base64")) };
  } catch {
    return "again";
  }
}
