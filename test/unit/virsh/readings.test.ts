import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import type { Command } from "../../../provider/virsh/commands/command.js";
import { domainState, domainXml, listDomains } from "../../../provider/virsh/commands/domain.js";
import { currentSnapshot, readSnapshot } from "../../../provider/virsh/commands/snapshot.js";
import { run, type Finished, type Limits } from "../../../provider/virsh/process.js";
import { Readings } from "../../../provider/virsh/readings.js";

/** The one domain of libvirt's driver for tests, which needs no daemon. */
const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };

interface Started {
  args: readonly string[];
  limits: Limits;
}

/** Questions to the real virsh, whose processes are noted. */
class Noted {
  readonly started: Started[] = [];
  readonly readings = new Readings((args, { tried, limits }) => this.run(args, tried, limits));

  constructor(
    private readonly uri = "test:///default",
    /** What comes before the process of that number, counted from 1. */
    private readonly before: (nth: number) => Promise<void> = () => Promise.resolve(),
  ) {}

  ask<T>(command: Command<T>, limits: Limits = LIMITS): Promise<T> {
    return this.readings.answer(command, limits);
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

async function errorOf(asking: Promise<unknown>): Promise<Error> {
  return asking.then(
    (answer) => assert.fail(`an answer: ${JSON.stringify(answer)}`),
    (error: unknown) => error as Error,
  );
}

describe("questions to one connection", () => {
  it("that are put at the same time go to one virsh, equal ones once, and each has its own answer", async () => {
    const noted = new Noted();
    const [domains, state, again, current, missing] = await Promise.all([
      noted.ask(listDomains()),
      noted.ask(domainState(UUID)),
      noted.ask(domainState(UUID)),
      noted.ask(currentSnapshot(UUID)),
      errorOf(noted.ask(readSnapshot(UUID, "it's; not there"))),
    ]);
    assert.deepEqual([domains, state, again], [[{ uuid: UUID, name: "test" }], "running", "running"]);
    assert.equal(current, undefined);
    assert.ok(isVirshError(missing, "NotFound"));
    assert.match(missing.message, /^Unable to read snapshot "it's; not there" of domain /);
    assert.equal(noted.started.length, 1);
    assert.equal(noted.started[0]?.args[0]?.match(/'domstate'/g)?.length, 1);
  });

  it("are put as they are where there is but one", async () => {
    const noted = new Noted();
    assert.equal(await noted.ask(domainState(UUID)), "running");
    assert.deepEqual(noted.started[0]?.args, ["domstate", `--domain=${UUID}`]);
  });

  it("that come up while others are answered wait for them, and then go together", async () => {
    const held = Promise.withResolvers<undefined>();
    const noted = new Noted("test:///default", (nth) => (nth <= 2 ? held.promise : Promise.resolve()));
    const asking: Promise<unknown>[] = [];
    for (let nth = 0; nth < 6; nth += 1) {
      asking.push(noted.ask(domainState(UUID)));
      if (nth < 2) await noted.begun(nth + 1);
    }
    held.resolve(undefined);
    assert.deepEqual(new Set(await Promise.all(asking)), new Set(["running"]));
    assert.equal(noted.started.length, 3);
  });

  it("are asked anew when an equal one is being answered: that answer may be of before", async () => {
    const noted = new Noted();
    const first = noted.ask(domainState(UUID));
    await noted.begun(1);
    await Promise.all([first, noted.ask(domainState(UUID))]);
    assert.equal(noted.started.length, 2);
  });

  it("do not wait for a process that somebody holds up", async () => {
    const held = Promise.withResolvers<undefined>();
    const noted = new Noted("test:///default", (nth) => (nth <= 2 ? held.promise : Promise.resolve()));
    const state = noted.ask(domainState(UUID));
    await noted.begun(1);
    const definition = noted.ask(domainXml(UUID, {}));
    await noted.begun(2);
    assert.equal(await noted.ask(currentSnapshot(UUID)), undefined);
    held.resolve(undefined);
    assert.deepEqual([await state, (await definition).name], ["running", "test"]);
  });

  it("are told by one virsh that nobody can be reached, each in its own words", async () => {
    const noted = new Noted("qemu+unix:///session?socket=/nowhere");
    const errors = await Promise.all([
      errorOf(noted.ask(listDomains())),
      errorOf(noted.ask(domainState(UUID))),
    ]);
    assert.ok(errors.every((error) => isVirshError(error, "Unreachable")));
    assert.match(errors[0].message, /^Unable to list the domains: /);
    assert.match(errors[1].message, /^Unable to read the state of domain /);
    assert.equal(noted.started.length, 1);
  });

  it("do not suffer from one that virsh does not know", async () => {
    const noted = new Noted();
    const unknown = { ...domainState(UUID), args: ["nonsense"] };
    const [error, state] = await Promise.all([errorOf(noted.ask(unknown)), noted.ask(domainState(UUID))]);
    assert.match(error.message, /unknown command: 'nonsense'/);
    assert.equal(state, "running");
  });

  it("do not suffer from one whose time is over", async () => {
    const noted = new Noted();
    const over = { timeoutSeconds: 5, remaining: () => 0 };
    const [error, state] = await Promise.all([
      errorOf(noted.ask(listDomains(), over)),
      noted.ask(domainState(UUID)),
    ]);
    assert.ok(isVirshError(error, "Timeout"));
    assert.match(error.message, /^Unable to list the domains: the time limit of 5 s ran out/);
    assert.equal(state, "running");
  });

  it("are ended by the shortest time limit among them", async () => {
    const noted = new Noted();
    const short = { timeoutSeconds: 5, remaining: () => 5000 };
    await Promise.all([noted.ask(listDomains()), noted.ask(domainState(UUID), short)]);
    assert.equal(noted.started[0]?.limits, short);
  });
});
