import assert from "node:assert/strict";
import fc from "fast-check";
import { run } from "../../../provider/virsh/process.js";
import { partsOf, scriptOf } from "../../../provider/virsh/script.js";

const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };

/** Runs a script through the real virsh, on libvirt's driver for tests, which needs no daemon. */
async function played(words: readonly (readonly string[])[], mark = "MARK") {
  const commands = words.map((args) => ({ args }));
  const call = {
    program: "virsh",
    args: ["--quiet", "--connect=test:///default", scriptOf(commands, mark)],
    tried: "echo",
    changes: false,
  };
  return partsOf(await run({ ...call, limits: LIMITS }), commands.length, mark);
}

describe("a script for virsh", () => {
  it("quotes every word, and marks the end of each answer on both outputs", () => {
    assert.equal(
      scriptOf(
        [{ args: ["domstate", "--domain=a b"] }, { args: ["snapshot-dumpxml", "--snapshotname=it's"] }],
        "M",
      ),
      String.raw`'domstate' '--domain=a b'; echo M; echo --err M; 'snapshot-dumpxml' '--snapshotname=it'\''s'; echo M; echo --err M`,
    );
  });

  it("passes every word to its command unchanged, whatever virsh's parser would make of it", async () => {
    const word = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom("'", '"', "\\", ";", "#", "\n", "\t", " ", "$(x)", "`", "-", "=", "a"),
        maxLength: 20,
      }),
    );
    const words = word.filter((text) => !text.includes("\0") && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 30 }), async (texts) => {
        const parts = await played(texts.map((text) => ["echo", `x${text}`]));
        assert.deepEqual(
          parts,
          texts.map((text) => ({ stdout: `x${text}`, stderr: "" })),
        );
      }),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  it("runs nothing that a word contains", async () => {
    const parts = await played([
      ["echo", "'; echo more; echo '"],
      ["echo", "a\necho more"],
    ]);
    assert.deepEqual(
      parts?.map(({ stdout }) => stdout),
      ["'; echo more; echo '", "a\necho more"],
    );
  });

  it("continues after a command that fails, and assigns each answer to its command", async () => {
    const parts = await played([
      ["echo", "before"],
      ["domstate", "nobody"],
      ["echo", "after"],
    ]);
    assert.deepEqual(parts, [
      { stdout: "before", stderr: "" },
      { stdout: "", stderr: "error: failed to get domain 'nobody'\n" },
      { stdout: "after", stderr: "" },
    ]);
  });

  it("has no answers if virsh does not know one of its commands", async () => {
    assert.equal(await played([["echo", "before"], ["nonsense"]]), undefined);
  });

  it("has no answers if either output ends early", () => {
    const whole = { stdout: "aMbM", stderr: "error: M\nerror: x\nerror: M\n" };
    assert.deepEqual(partsOf(whole, 2, "M"), [
      { stdout: "a", stderr: "" },
      { stdout: "b", stderr: "error: x\n" },
    ]);
    assert.equal(partsOf({ ...whole, stdout: "aMb" }, 2, "M"), undefined);
    assert.equal(partsOf({ ...whole, stderr: "error: M\n" }, 2, "M"), undefined);
    assert.equal(partsOf({ stdout: "", stderr: "error: failed to connect\n" }, 1, "M"), undefined);
  });
});
