import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Asked again after this long without a sign of life: what was sent while the guest was restored may be lost. */
const AGAIN_MS = 1500;

/** @typedef {{ status: number, output: Buffer }} Answer */

/** The one shell of a guest, over its serial port. QEMU serves one caller at a time; the next one waits. */
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
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const answer = await this.#ask(id, command, deadline);
      if (answer !== undefined) return answer;
      if (Date.now() > deadline) throw new Error(`the guest did not answer within ${seconds} s`);
      await sleep(100);
    }
  }

  /**
   * One connection's worth of asking; nothing when it ended before the answer was whole. The guest runs an ID once
   * and answers it as often as it is asked.
   * @param {string} id @param {string} command @param {number} deadline
   * @returns {Promise<Answer | undefined>}
   */
  #ask(id, command, deadline) {
    return new Promise((resolve) => {
      let [received, begun, told] = ["", false, ""];
      const client = connect(this.socket);
      // The first line end finishes whatever stands on the line from before.
      const send = () => client.write(`\n@run ${id} ${Buffer.from(command).toString("base64")}\n`);
      const again = setInterval(() => {
        if (Date.now() > deadline) client.destroy();
        else if (!begun && received === told) send();
        told = received;
      }, AGAIN_MS);
      client.setEncoding("latin1").on("connect", send).on("error", () => undefined);
      client.on("data", (text) => {
        received += text;
        begun ||= received.includes(`@begin ${id}`);
        const answer = parse(received, id);
        if (answer !== undefined) {
          resolve(answer);
          client.destroy();
        }
      });
      client.on("close", () => {
        clearInterval(again);
        resolve(undefined);
      });
    });
  }
}

/** The answer to `id` in what came from the line, when all of it is there. @param {string} text @param {string} id */
function parse(text, id) {
  const found = new RegExp(`@begin ${id}\\r?\\n([A-Za-z0-9+/=\\s]*?)@end ${id} (\\d+) +(\\d+)\\r?\\n`).exec(text);
  if (found === null) return undefined;
  const [, body = "", status, bytes] = found;
  const output = Buffer.from(body, "base64");
  return output.length === Number(bytes) ? { status: Number(status), output } : undefined;
}
