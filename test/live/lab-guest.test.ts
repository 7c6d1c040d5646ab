import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { guest, inGuest, lab, virsh, type Guest } from "./support/host.js";

interface Ended {
  status: number | null;
  output: Buffer;
  errors: string;
}

/** Runs lab-guest as a shell would: its output, its status, its error message. */
async function labGuest(...args: string[]): Promise<Ended> {
  const child = spawn("lab-guest", args, { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  let errors = "";
  child.stdout.on("data", (data: Buffer) => output.push(data));
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, output: Buffer.concat(output), errors };
}

/** Leaves bytes on the guest's serial line, as a user does who types there and disconnects. */
async function leaveOnLine({ uuid }: Guest, bytes: Buffer): Promise<void> {
  const client = connect(join(lab("LAB_DIR"), `${uuid}.serial`));
  await once(client, "connect");
  client.end(bytes);
  await once(client, "close");
}

describe("lab-guest", () => {
  let vm: Guest;

  before(async () => {
    vm = await guest();
  });

  after(async () => {
    await virsh("destroy", vm.uuid);
  });

  describe("returns the command's own output and status", () => {
    const commands: [string, string, number][] = [
      ["printf 'no line end'", "no line end", 0],
      ["echo out; echo error >&2; false", "out\nerror\n", 1],
      ["echo before; exit 7; echo after", "before\n", 7],
      ["(exit 4)", "", 4],
      ["set -e; false; echo on; set +e", "on\n", 0],
      ["cat; echo 'standard input is empty'", "standard input is empty\n", 0],
      ["sleep 30 & echo 'does not wait for the background'", "does not wait for the background\n", 0],
      ["printf '@begin x\\n@end x 9\\n@ready\\n'", "@begin x\n@end x 9\n@ready\n", 0],
      ["echo 'ñ日本🙂'", "ñ日本🙂\n", 0],
    ];
    for (const [command, output, status] of commands) {
      it(JSON.stringify(command), async () => {
        const ended = await labGuest(vm.name, command);
        assert.deepEqual([ended.output.toString(), ended.status, ended.errors], [output, status, ""]);
      });
    }

    it("bytes of every value", async () => {
      const { output } = await labGuest(
        vm.name,
        `for i in $(seq 0 255); do printf "\\\\$(printf %o $i)"; done`,
      );
      assert.deepEqual(output, Buffer.from(Array.from({ length: 256 }, (_, value) => value)));
    });

    it("a command longer than a terminal's line, and an output longer than that", async () => {
      const words = Array.from({ length: 4000 }, (_, index) => `word${index * 7919}`);
      const { output, status } = await labGuest(
        vm.name,
        `for word in ${words.join(" ")}; do echo $word; done`,
      );
      assert.equal(status, 0);
      assert.deepEqual(output.toString().trimEnd().split("\n"), words);
    });
  });

  describe("keeps one shell", () => {
    it("whose variables survive exit, a syntax error, and an unset parameter that is required", async () => {
      await inGuest(vm.name, "kept='a b'");
      for (const command of ["exit 3", "if", "echo ${missing?}", ". /missing"]) {
        assert.notEqual((await labGuest(vm.name, command)).status, 0, command);
      }
      assert.equal(await inGuest(vm.name, 'echo "$kept"'), "a b");
    });

    it("and starts a new one when a command kills it, reports the status, and does not run the command again", async () => {
      const { output, status } = await labGuest(vm.name, "echo run >>/tmp/runs; echo said; kill -9 $$");
      assert.deepEqual([output.toString(), status], ["said\n", 137]);
      assert.equal(await inGuest(vm.name, 'cat /tmp/runs; echo "[$kept]"'), "run\n[]");
    });

    it("for callers at the same time, and serves one after the other", async () => {
      await inGuest(vm.name, "count=0");
      const callers = Array.from({ length: 5 }, () =>
        inGuest(vm.name, "was=$count; sleep 0.1; count=$((was + 1))"),
      );
      await Promise.all(callers);
      assert.equal(await inGuest(vm.name, "echo $count"), "5");
    });
  });

  describe("ignores on the serial line", () => {
    const lines: [string, string][] = [
      ["half a line", "echo half 'a line"],
      ["half a request", "@run 0123456789abcdef H4sI"],
      ["a request that cannot be unpacked", "@run x not-base64\n"],
      ["a second shell's answer", "@begin x\n@end x 0\n@ready\n"],
      ["control characters", "\u0001\u0003\u0004\u001a\u0000\u00ff"],
    ];
    for (const [what, bytes] of lines) {
      it(what, async () => {
        await leaveOnLine(vm, Buffer.from(bytes, "latin1"));
        assert.equal(await inGuest(vm.name, "echo answered"), "answered");
      });
    }

    it("the output of other programs in the guest while it answers", async () => {
      const noise = 'for i in $(seq 40); do echo "noise $i @end" >/dev/ttyS0; usleep 20000; done';
      const { output, status } = await labGuest(vm.name, `(${noise}) & seq 1 2000`);
      const numbers = Array.from({ length: 2000 }, (_, index) => `${index + 1}\n`).join("");
      assert.deepEqual([output.toString(), status], [numbers, 0]);
    });
  });

  it("runs in the shell of the snapshot right after a revert, also if it was called before the revert", async () => {
    await inGuest(vm.name, "time=before");
    await virsh("snapshot-create-as", vm.uuid, "moment");
    await inGuest(vm.name, "time=after");
    const asked = labGuest(vm.name, "sleep 3; echo $time");
    await virsh("snapshot-revert", vm.uuid, "moment");
    assert.equal(await inGuest(vm.name, "echo $time"), "before");
    assert.equal((await asked).output.toString(), "before\n");
  });

  describe("reports an error, with status 125, for", () => {
    it("a command that exceeds its time limit", async () => {
      const { status, errors } = await labGuest("--timeout", "1", vm.name, "sleep 2");
      assert.deepEqual([status, errors], [125, "lab-guest: the guest did not answer within 1 s\n"]);
    });

    it("a paused domain", async () => {
      await virsh("suspend", vm.uuid);
      const { status, errors } = await labGuest(vm.name, "true");
      await virsh("resume", vm.uuid);
      assert.equal(status, 125);
      assert.match(errors, new RegExp(`^lab-guest: ${vm.name} is paused, .*virsh resume ${vm.name}\\n$`));
    });

    it("a domain that does not exist", async () => {
      const { status, errors } = await labGuest("no such domain", "true");
      assert.equal(status, 125);
      assert.match(errors, new RegExp(`there is no domain no such domain\\. The domains are: .*${vm.name}`));
    });
  });
});
