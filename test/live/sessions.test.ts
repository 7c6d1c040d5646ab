import assert from "node:assert/strict";
import fc from "fast-check";
import { areCarried } from "../../provider/virsh/framing.js";
import { MAX_OUTPUT, run, type Finished, type Limits } from "../../provider/virsh/process.js";
import { play, type Line } from "../../provider/virsh/script.js";
import { Session } from "../../provider/virsh/session.js";
import { lab } from "./support/host.js";
import { DefinedDomain } from "./support/defined-domain.js";

const LIMITS: Limits = { timeoutSeconds: 60, remaining: () => 60_000 };

/** Parts of words that could be taken for what frames an answer, or for what a shell, readline or virsh's parser obeys. */
const HOSTILE = [
  ...["virsh # ", "virsh > ", "error: ", "echo ", "echo --err ", "'ab''cd'", "abcd", "deadbeef", "\r<"],
  ...[
    "'",
    "''",
    '"',
    "\\",
    "\\'",
    ";",
    "; quit; ",
    "#",
    "--",
    "-",
    " ",
    "$(",
    "`",
    "!",
    "!!",
    "~",
    "^",
    "%s",
  ],
  ...[
    "\u202e",
    "\u2028",
    "\ufeff",
    "\u200d",
    "e\u0301",
    "é",
    "ñ日本",
    "💾",
    "\u{10fffd}",
    "\u00a0",
    "\u3000",
  ],
  ...["error: Disconnected from x", "Reconnected to the hypervisor", "null", "0", "a".repeat(200)],
];

describe("a session of virsh, compared with a process of virsh for each request", function () {
  this.timeout(120_000);
  let session: Session;
  const connection = () => ["--quiet", `--connect=${lab("LIBVIRT_DEFAULT_URI")}`];

  beforeEach(async () => {
    const started = await Session.start(connection(), LIMITS);
    assert.ok(started instanceof Session, JSON.stringify(started));
    session = started;
  });
  afterEach(() => {
    session.end();
  });

  const process = (args: readonly string[]): Promise<Finished> =>
    run({
      program: "virsh",
      args: [...connection(), ...args],
      tried: "ask",
      changes: false,
      limits: LIMITS,
    });
  const bySession = async (lines: readonly Line[]): Promise<Finished[]> => {
    const answer = await session.ask(lines, LIMITS);
    assert.ok("played" in answer, JSON.stringify(answer));
    return answer.played.map(({ end }) => end);
  };
  const byProcess = async (lines: readonly Line[]): Promise<Finished[]> => {
    const answer = await play(lines, (script) => process([script]));
    assert.ok(Array.isArray(answer), JSON.stringify(answer));
    return answer.map(({ end }) => end);
  };

  it("gives thousands of hostile words the same answers", async () => {
    const word = fc
      .oneof(
        fc.array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 10 }).map((parts) => parts.join("")),
        fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
      )
      .filter((each) => areCarried([{ args: [each] }]));
    const words = fc.array(word, { minLength: 60, maxLength: 100 });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(words, async (some) => {
        const lines = some.flatMap((each) => [
          { args: ["echo", "--", each] },
          { args: ["domstate", `--domain=${each}`] },
        ]);
        const [fed, given] = await Promise.all([bySession(lines), byProcess(lines)]);
        assert.deepEqual(
          fed.filter((_, index) => index % 2 === 0).map(({ stdout }) => stdout),
          some,
        );
        assert.deepEqual(fed, given);
        count += lines.length;
      }),
      { numRuns: 25 },
    );
    assert.ok(count > 3000);
  });

  it("reads snapshots that are named like prompts, marks and messages", async () => {
    const names = HOSTILE.map((part) => part.replaceAll("/", "_").replaceAll("\r", "")).filter(
      (name) => areCarried([{ args: [name] }]) && name.trim() === name && !name.startsWith("."),
    );
    const domain = await DefinedDomain.make();
    await domain.recordSnapshots(names);
    const lines = [
      { args: ["snapshot-list", `--domain=${domain.uuid}`, "--name"] },
      ...names.map((name) => ({
        args: ["snapshot-dumpxml", `--domain=${domain.uuid}`, `--snapshotname=${name}`],
      })),
    ];
    const fed = await bySession(lines);
    assert.deepEqual(fed, await byProcess(lines));
    assert.deepEqual(fed[0]?.stdout.split("\n").filter(Boolean).sort(), [...new Set(names)].sort());
    await domain.close();
  });

  it("carries a description of 30,000 bytes, and leaves what is longer to a process", async () => {
    const long = "virsh # 'é' ".repeat(2_500);
    const [echoed] = await bySession([{ args: ["echo", "--", long] }]);
    assert.equal(echoed?.stdout, long);
    assert.equal(areCarried([{ args: [long.repeat(2)] }]), false);
  });

  it("gives an answer of several megabytes whole, and is ended before one fills the memory", async () => {
    const text = "virsh # error: a line of a long description\n".repeat(60_000);
    const domain = await DefinedDomain.make(`<description>${text}</description>`);
    const line = { args: ["dumpxml", `--domain=${domain.uuid}`] };
    const began = performance.now();
    const [first, names, second] = await bySession([line, { args: ["list", "--all", "--uuid"] }, line]);
    const took = performance.now() - began;
    const alone = await process(line.args);
    assert.ok(alone.stdout.length > text.length && text.length > 2_000_000);
    assert.deepEqual([first, second], [alone, alone]);
    assert.ok(names?.stdout.includes(domain.uuid));
    assert.ok(took < 5_000, `it took ${took} ms`);
    const endless = Array.from({ length: MAX_OUTPUT / alone.stdout.length + 1 }, () => line);
    assert.deepEqual(await session.ask(endless, LIMITS), { lost: "too much", begun: true });
    assert.equal(session.isUsable, false);
    await domain.close();
  });

  it("says what a process says to a command or an option that virsh does not know, and goes on", async () => {
    for (const args of [["nonsense"], ["list", "--nonsense"], ["domstate"]]) {
      const answer = await session.ask([{ args }], LIMITS);
      assert.ok("whole" in answer || "played" in answer, JSON.stringify(answer));
      const end = "whole" in answer ? answer.whole : answer.played[0]?.end;
      assert.deepEqual(end, await process(args));
    }
    assert.equal(session.isUsable, true);
  });

  it("sees a domain that vanishes between two reads", async () => {
    const domain = await DefinedDomain.make();
    const line = { args: ["domstate", `--domain=${domain.uuid}`] };
    const [before] = await bySession([line]);
    await domain.close();
    const [after] = await bySession([line]);
    assert.deepEqual([before?.stdout.trim(), after?.exitCode, after?.stdout], ["shut off", 1, ""]);
    assert.deepEqual(after, await process(line.args));
  });
});
