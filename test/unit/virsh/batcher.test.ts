import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import { Batcher } from "../../../provider/virsh/batcher.js";
import type { Command } from "../../../provider/virsh/commands/command.js";
import { domainState, domainXml, listDomains } from "../../../provider/virsh/commands/domain.js";
import { currentSnapshot, readSnapshot } from "../../../provider/virsh/commands/snapshot.js";
import { play } from "../../../provider/virsh/script.js";
import { run, type Finished, type Limits } from "../../../provider/virsh/process.js";

/** The one domain of libvirt's test driver, which needs no daemon. */
const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };

interface Started {
  args: readonly string[];
  limits: Limits;
}

/** Queries to the real virsh, whose processes are noted. */
class Noted {
  readonly started: Started[] = [];
  private readonly batcher = new Batcher(async (lines, { tried, limits }) => {
    const [only, ...others] = lines;
    if (only !== undefined && others.length === 0)
      return [{ line: only, end: await this.run(only.args, tried, limits) }];
    return play(lines, (script) => this.run([script], tried, limits));
  });

  constructor(
    private readonly uri = "test:///default",
    /** What comes before the process of that number, counted from 1. */
    private readonly before: (nth: number) => Promise<void> = () => Promise.resolve(),
  ) {}

  query<T>(command: Command<T>, limits: Limits = LIMITS): Promise<T> {
    return this.batcher.answer(command, limits);
  }

  /** Once so many processes were started. */
  async begun(count: number): Promise<void> {
    while (this.started.length < count) await new Promise((resolve) => setImmediate(resolve));
  }

  private async run(args: readonly string[], tried: string, limits: Limits): Promise<Finished> {
    this.started.push({ args, limits });
    await this.before(this.started.length);
    const words = ["--quiet", `--connect=${this.uri}`, ...args];
    return run({ program: "virsh", args: words, tried, changes: false, limits });
  }
}

async function errorOf(running: Promise<unknown>): Promise<Error> {
  return running.then(
    (answer) => assert.fail(`an answer: ${JSON.stringify(answer)}`),
    (error: unknown) => error as Error,
  );
}

describe("queries on one connection", () => {
  it("made at the same time go to one virsh in one batch, equal ones once, and each has its own answer", async () => {
    const noted = new Noted();
    const [domains, state, again, current, missing] = await Promise.all([
      noted.query(listDomains()),
      noted.query(domainState(UUID)),
      noted.query(domainState(UUID)),
      noted.query(currentSnapshot(UUID)),
      errorOf(noted.query(readSnapshot(UUID, "it's; not there"))),
    ]);
    assert.deepEqual([domains, state, again], [[{ uuid: UUID, name: "test" }], "running", "running"]);
    assert.equal(current, undefined);
    assert.ok(isVirshError(missing, "NotFound"));
    assert.match(missing.message, /^Unable to read snapshot "it's; not there" of domain /);
    assert.equal(noted.started.length, 1);
    assert.equal(noted.started[0]?.args[0]?.match(/'domstate'/g)?.length, 1);
  });

  it("run as a plain command where there is only one", async () => {
    const noted = new Noted();
    assert.equal(await noted.query(domainState(UUID)), "running");
    assert.deepEqual(noted.started[0]?.args, ["domstate", `--domain=${UUID}`]);
  });

  it("made while two batches run wait for one of them, and then go as one batch", async () => {
    const held = Promise.withResolvers<undefined>();
    const noted = new Noted("test:///default", (nth) => (nth <= 2 ? held.promise : Promise.resolve()));
    const running: Promise<unknown>[] = [];
    for (let nth = 0; nth < 6; nth += 1) {
      running.push(noted.query(domainState(UUID)));
      if (nth < 2) await noted.begun(nth + 1);
    }
    held.resolve(undefined);
    assert.deepEqual(new Set(await Promise.all(running)), new Set(["running"]));
    assert.equal(noted.started.length, 3);
  });

  it("run again while an equal one is running, because its answer may be older than they are", async () => {
    const noted = new Noted();
    const first = noted.query(domainState(UUID));
    await noted.begun(1);
    await Promise.all([first, noted.query(domainState(UUID))]);
    assert.equal(noted.started.length, 2);
  });

  it("do not wait for a batch that takes long", async () => {
    const held = Promise.withResolvers<undefined>();
    const noted = new Noted("test:///default", (nth) => (nth <= 2 ? held.promise : Promise.resolve()));
    const state = noted.query(domainState(UUID));
    await noted.begun(1);
    const definition = noted.query(domainXml(UUID));
    await noted.begun(2);
    assert.equal(await noted.query(currentSnapshot(UUID)), undefined);
    held.resolve(undefined);
    assert.deepEqual([await state, (await definition).name], ["running", "test"]);
  });

  it("all fail after one attempt when the host is unreachable, each with its own error", async () => {
    const noted = new Noted("qemu+unix:///session?socket=/nowhere");
    const errors = await Promise.all([
      errorOf(noted.query(listDomains())),
      errorOf(noted.query(domainState(UUID))),
    ]);
    assert.ok(errors.every((error) => isVirshError(error, "Unreachable")));
    assert.match(errors[0].message, /^Unable to list the domains: /);
    assert.match(errors[1].message, /^Unable to read the state of domain /);
    assert.equal(noted.started.length, 1);
  });

  it("still have their answers when virsh does not know the command of another", async () => {
    const noted = new Noted();
    const unknown = { ...domainState(UUID), args: ["nonsense"] };
    const [error, state] = await Promise.all([errorOf(noted.query(unknown)), noted.query(domainState(UUID))]);
    assert.match(error.message, /unknown command: 'nonsense'/);
    assert.equal(state, "running");
  });

  it("still have their answers when the time of another is over", async () => {
    const noted = new Noted();
    const over = { timeoutSeconds: 5, remaining: () => 0 };
    const [error, state] = await Promise.all([
      errorOf(noted.query(listDomains(), over)),
      noted.query(domainState(UUID)),
    ]);
    assert.ok(isVirshError(error, "Timeout"));
    assert.match(error.message, /^Unable to list the domains: the time limit of 5 s ran out/);
    assert.equal(state, "running");
  });

  it("run within the shortest time limit of their batch", async () => {
    const noted = new Noted();
    const short = { timeoutSeconds: 5, remaining: () => 5000 };
    await Promise.all([noted.query(listDomains()), noted.query(domainState(UUID), short)]);
    assert.equal(noted.started[0]?.limits, short);
  });
});
