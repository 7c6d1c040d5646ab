import assert from "node:assert/strict";
import { existsSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { play } from "../../../provider/virsh/script.js";
import { run } from "../../../provider/virsh/process.js";
import { areCarried } from "../../../provider/virsh/framing.js";
import { Session } from "../../../provider/virsh/session.js";
import { ARGS, begin, LIMITS } from "./begin-session.js";
import { Sessions } from "../../../provider/virsh/sessions.js";

const isCarried = (word: string) => areCarried([{ args: [word] }]);

describe("a session of virsh", () => {
  let session: Session;
  beforeEach(async () => {
    session = await begin();
  });
  afterEach(() => session.end());

  const outputs = async (lines: string[][]) => {
    const answer = await session.ask(
      lines.map((args) => ({ args })),
      LIMITS,
    );
    assert.ok("played" in answer, JSON.stringify(answer));
    return answer.played.map(({ end }) => end);
  };

  it("answers each line of a request, also after one that fails, and then the next request", async () => {
    const [names, missing, state] = await outputs([
      ["list", "--all", "--name"],
      ["domstate", "--domain=nope"],
      ["domstate", "--domain=test"],
    ]);
    assert.equal(names?.stdout, "test\n");
    assert.deepEqual([missing?.exitCode, missing?.stderr], [1, "error: failed to get domain 'nope'\n"]);
    assert.equal(state?.stdout, "running\n");
    for (let request = 0; request < 20; request += 1)
      assert.equal((await outputs([["list", "--all", "--name"]]))[0]?.stdout, "test\n");
  });

  it("says what virsh says to a command that it does not know, and goes on", async () => {
    const answer = await session.ask([{ args: ["nonsense"] }, { args: ["list", "--name"] }], LIMITS);
    assert.deepEqual(answer, {
      whole: { exitCode: 1, stdout: "", stderr: "error: unknown command: 'nonsense'\n" },
    });
    assert.equal(session.isUsable, true);
  });

  it("says why virsh could not connect", async () => {
    const uri = "qemu+unix:///system?socket=/nonexistent";
    const answer = await Session.start(["--quiet", `--connect=${uri}`], LIMITS);
    assert.ok("whole" in answer);
    assert.match(
      answer.whole.stderr,
      /^error: failed to connect to the hypervisor\nerror: Failed to connect socket to '\/nonexistent'.*\n$/,
    );
  });

  it("carries every word that it accepts as the arguments of a process do", async () => {
    const hostile = fc
      .oneof(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc
          .array(
            fc.constantFrom(
              "virsh # ",
              "'",
              "\\",
              '"',
              ";",
              "error: ",
              "echo ",
              " ",
              "--",
              "#",
              "$(",
              "`",
              "!",
              "~",
              "\u202e",
              "é",
              "💾",
            ),
            {
              maxLength: 12,
            },
          )
          .map((parts) => parts.join("")),
      )
      .filter((word) => word !== "" && isCarried(word));
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 8 }), async (words) => {
        const lines = words.map((word) => ({ args: ["echo", "--", word] }));
        const [fed, byArguments] = await Promise.all([
          session.ask(lines, LIMITS),
          play(lines, (script) =>
            run({ program: "virsh", args: [...ARGS, script], tried: "echo", changes: false, limits: LIMITS }),
          ),
        ]);
        assert.ok("played" in fed);
        assert.deepEqual(
          fed.played.map(({ end }) => end.stdout),
          words,
        );
        assert.deepEqual(fed.played, byArguments);
      }),
      { numRuns: 50 },
    );
  });

  it("is lost once virsh is killed, does not answer in time or prints what it was not asked for", async () => {
    const slow = await session.ask([{ args: ["list"] }], { timeoutSeconds: 0, remaining: () => 0 });
    assert.deepEqual([slow, session.isUsable], [{ lost: "timeout", begun: false }, false]);
    assert.deepEqual(await session.ask([{ args: ["list"] }], LIMITS), { lost: "died", begun: false });
  });
});

describe("a virsh that misbehaves", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "virsh-session-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const WHOLE = `(to, text) => require("fs").writeSync(to, text)`;
  const BYTE_BY_BYTE = `(to, text) => {
  for (const byte of Buffer.from(text)) require("fs").writeSync(to, Buffer.from([byte]));
}`;
  /** A virsh whose answer to every line is made by `body`, of the marks in it. */
  const fake = async (body: string, write = WHOLE): Promise<Session> => {
    const file = join(folder, "virsh");
    const source = `#!${process.execPath}
const lines = require("readline").createInterface({ input: process.stdin });
const write = ${write};
const out = (text) => write(1, text);
const err = (text) => write(2, text);
out("virsh # ");
let requests = 0;
lines.on("line", (line) => {
  const marks = [...line.matchAll(/echo '(\\w+)''(\\w+)'; echo --err/g)].map(([, one, other]) => one + other);
  if (requests < 2) {
    // The session is tried first: this virsh repeats the word, then the mark of the end.
    const [, word] = /'--' '(.*)'; echo '\\w+''/.exec(line) ?? [];
    const answer = word?.replaceAll("'\\\\''", "'");
    out(line + "\\n" + marks.join(answer) + "virsh # ");
    for (const mark of marks) err("error: " + mark + "\\n");
    requests += 1;
    return;
  }
  ${body}
});
`;
    writeFileSync(file, source);
    chmodSync(file, 0o700);
    return begin([], file);
  };
  /** What virsh itself does: nothing comes before the first mark. */
  const RIGHT = `out(line + "\\n");
  marks.forEach((mark, index) => {
    out((index === 0 || marks.length === 1 ? "" : "answer") + mark);
    err("error: " + mark + "\\n");
  });
  out("virsh # ");`;
  const ask = (session: Session) => session.ask([{ args: ["one"] }], LIMITS);

  it("is believed if it does what virsh does", async () => {
    const session = await fake(RIGHT);
    assert.deepEqual(await ask(session), {
      played: [{ line: { args: ["one"] }, end: { exitCode: 0, stdout: "answer", stderr: "" } }],
    });
    session.end();
  });

  const cases: [what: string, body: string][] = [
    [
      "prints a message before the first mark",
      `err("error: Disconnected from x due to end of file\\n"); ${RIGHT}`,
    ],
    [
      "connects again between two commands",
      RIGHT.replace('err("error: "', 'err("error: Reconnected to the hypervisor\\nerror: "'),
    ],
    [
      "carries out nothing, and says no reason",
      `out(line + "\\n"); if (marks.length === 1) out(marks[0]); if (marks.length === 1) err("error: " + marks[0] + "\\n"); out("virsh # ");`,
    ],
    ["prints more than it was asked for", RIGHT.replace("out(line", 'out("more\\n" + line')],
    [
      "leaves out the answer to a command",
      `out(line + "\\n" + marks[0]); err("error: " + marks[0] + "\\n"); out("virsh # ");`,
    ],
    ["prints a mark twice", RIGHT.replace('"answer") + mark', '"answer") + mark + mark')],
  ];
  for (const [what, body] of cases) {
    it(`is not believed if it ${what}`, async () => {
      const session = await fake(body);
      assert.deepEqual(await ask(session), { lost: "out of step", begun: true });
      assert.equal(session.isUsable, false);
    });
  }

  it("tells libvirt's own words of a connection that it lost", async () => {
    const lost =
      "error: End of file while reading data: Input/output error\\nerror: Disconnected from x due to end of file\\n";
    const session = await fake(
      RIGHT.replace('err("error: "', `err((index === 1 ? "${lost}" : "") + "error: "`),
    );
    assert.deepEqual(await ask(session), {
      lost: "out of step",
      begun: true,
      complaints: "error: End of file while reading data: Input/output error\n",
    });
  });

  it("is fed nothing where a login asks for a name: it would send what it is fed", async () => {
    const file = join(folder, "virsh");
    const source = `#!${process.execPath}
process.stdout.write("Please enter your authentication name: ");
process.stdin.once("data", (text) => {
  require("fs").writeFileSync(${JSON.stringify(join(folder, "sent"))}, text);
  process.exit(1);
});
`;
    writeFileSync(file, source);
    chmodSync(file, 0o700);
    assert.deepEqual(await Session.start([], LIMITS, file), { lost: "unfit", begun: false });
    assert.equal(existsSync(join(folder, "sent")), false);
  });

  const UNFIT: [what: string, edit: (source: string) => string][] = [
    ["does not repeat what it reads", (source) => source.replace('out(line + "\\n" + ', "out(")],
    [
      "changes a word",
      (source) => source.replace("marks.join(answer)", 'marks.join(answer.replace("é", "e"))'),
    ],
    ["shows another prompt", (source) => source.replaceAll('"virsh # "', '"> "')],
  ];
  for (const [what, edit] of UNFIT) {
    it(`is given no request if it ${what}`, async () => {
      const file = join(folder, "virsh");
      (await fake(RIGHT)).end();
      writeFileSync(file, edit(readFileSync(file, "utf8")));
      const limits = { timeoutSeconds: 0, remaining: () => 300 };
      const sessions = new Sessions((within) => Session.start([], within, file), {
        most: 2,
        patienceMs: 1000,
      });
      const answer = await sessions.ask([{ args: ["one"] }], limits, "change");
      assert.ok(answer !== undefined && "lost" in answer && !answer.begun, JSON.stringify(answer));
      if (answer.lost === "unfit")
        assert.equal(await sessions.ask([{ args: ["one"] }], limits, "change"), undefined);
    });
  }

  it("is understood however its output is split", async () => {
    const session = await fake(RIGHT.replaceAll("answer", "ansẃer"), BYTE_BY_BYTE);
    const answer = await ask(session);
    assert.ok("played" in answer, JSON.stringify(answer));
    assert.equal(answer.played[0]?.end.stdout, "ansẃer");
    session.end();
  });

  it("is lost if it ends in the middle of an answer", async () => {
    const session = await fake('out(line + "\\n" + "half"); process.exit(0);');
    assert.deepEqual(await ask(session), { lost: "died", begun: false });
  });
});
