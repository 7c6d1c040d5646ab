import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isVirshError, type ErrorKind } from "../../../provider/errors.js";
import { valueOf, type Answer } from "../../../provider/virsh/answer.js";
import { domainState, domainXml } from "../../../provider/virsh/commands/domain.js";
import { currentSnapshot, readSnapshot } from "../../../provider/virsh/commands/snapshot.js";
import { openQuestionHost } from "../../../provider/virsh/host.js";

/** The one domain of libvirt's driver for tests, which needs no daemon. */
const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";

function host(uri = "test:///default") {
  return openQuestionHost({ uri, timeoutSeconds: 30 });
}

function errorOf(answer: Answer<unknown> | undefined): unknown {
  return answer !== undefined && "error" in answer ? answer.error : undefined;
}

async function fails(running: Promise<unknown>, kind: ErrorKind, message: RegExp): Promise<void> {
  await assert.rejects(running, (error) => {
    assert.ok(isVirshError(error, kind), `${kind} expected: ${String(error)}`);
    assert.match(error.message, message);
    return true;
  });
}

describe("many questions about one domain", () => {
  it("each have their own answer, in their order, also beside one that fails", async () => {
    const answers = await host().askAll<unknown[]>(UUID, [
      domainState(UUID),
      readSnapshot(UUID, "it's; not there"),
      currentSnapshot(UUID),
      domainXml(UUID, {}),
    ]);
    const [state, missing, current, definition] = answers;
    assert.deepEqual([state, current], [{ value: "running" }, { value: undefined }]);
    const error = errorOf(missing);
    assert.ok(isVirshError(error, "NotFound"), String(error));
    assert.match(error.message, /^Unable to read snapshot "it's; not there" of domain .*not found/);
    assert.throws(() => valueOf(missing ?? assert.fail()), error);
    assert.equal((valueOf(definition ?? assert.fail()) as { name: string }).name, "test");
  });

  it("are none when nothing is asked", async () => {
    assert.deepEqual(await host().askAll<[]>(UUID, []), []);
  });

  it("are an error, proven, when the domain is gone", async () => {
    const gone = UUID.replace(/^6/, "7");
    await fails(
      host().askAll<unknown[]>(gone, [domainState(gone), currentSnapshot(gone)]),
      "NotFound",
      /there is no domain with the UUID/,
    );
  });

  it("are an error when nobody can be asked, and then none of them is answered", async () => {
    await fails(
      host("qemu+unix:///session?socket=/nowhere").askAll<unknown[]>(UUID, [domainState(UUID)]),
      "Unreachable",
      /Failed to connect socket to '\/nowhere'/,
    );
  });

  describe("through another virsh", () => {
    const path = process.env["PATH"];
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "virsh-ask-all-"));
      process.env["PATH"] = [folder, path].join(delimiter);
    });
    afterEach(() => {
      process.env["PATH"] = path;
      rmSync(folder, { recursive: true });
    });

    function pretend(script: string): void {
      writeFileSync(join(folder, "virsh"), `#!${process.execPath}\n${script}\n`);
      chmodSync(join(folder, "virsh"), 0o700);
    }

    it("are not understood when it does not play the script to its end", async () => {
      pretend(`console.log("hello");`);
      await fails(
        host().askAll<unknown[]>(UUID, [domainState(UUID)]),
        "Unexpected",
        /virsh answered "hello\\n", which is not understood/,
      );
    });

    it("keep a password out of the message", async () => {
      pretend(
        `process.stderr.write("error: no way to qemu://admin:hunter2@host/\\n"); process.exitCode = 1;`,
      );
      await fails(host().askAll<unknown[]>(UUID, [domainState(UUID)]), "Unexpected", /admin:\*\*\*@host/);
    });

    it("go in few processes, none of which has too long an argument", async () => {
      pretend(`
        const script = process.argv.at(-1);
        require("fs").appendFileSync(__dirname + "/lengths", script.length + "\\n");
        const marks = [...script.matchAll(/; echo ([0-9a-f-]{36})/g)].map(([, mark]) => mark);
        for (const mark of marks) { process.stdout.write("running\\n" + mark); process.stderr.write("error: " + mark + "\\n"); }
      `);
      const names = Array.from({ length: 130 }, () => "'".repeat(247));
      const commands = names.map((name) => ({ ...domainState(UUID), args: ["domstate", name] }));
      const answers = await host().askAll<unknown[]>(UUID, commands);
      assert.deepEqual(
        answers,
        names.map(() => ({ value: "running" })),
      );
      const lengths = readFileSync(join(folder, "lengths"), "utf8").trim().split("\n").map(Number);
      assert.equal(lengths.length, 3);
      assert.ok(Math.max(...lengths) < 128 * 1024, String(lengths));
    });
  });
});
