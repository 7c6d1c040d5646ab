import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { takeTable, type Given, type TakeRow, type Taken } from "../behaviour/take.js";
import { assertDone, succeed, TestStack, type Run } from "./support/engine.js";
import {
  diskOf,
  guest,
  inGuest,
  lab,
  output,
  snapshotsOf,
  until,
  virsh,
  type Guest,
} from "./support/host.js";

/** Every row of the table of docs/behaviour.md, with a guest for each way a domain can be. */
describe("taking a snapshot (table of docs/behaviour.md)", () => {
  const guests = new Map<Given, Guest>();
  const rows = takeTable.map((row, index) => ({ ...row, name: `row-${index + 1}` }));
  const taken = rows.filter(({ gives }) => !("refused" in gives));
  let filesBefore: string[];
  let stack: TestStack;
  let refusing: TestStack;
  let run: Run;

  before(async function () {
    this.timeout(180_000);
    for (const { given } of rows) if (!guests.has(given)) guests.set(given, await prepared(given));
    filesBefore = await readdir(lab("LAB_DIR"));
    [stack, refusing] = [await TestStack.open(), await TestStack.open()];
    run = await stack.up(() => Object.fromEntries(taken.map((row) => [row.name, declare(row)])));
    assert.ok(run.ok, run.messages.join("\n"));
  });
  after(async () => {
    await stack.close();
    await refusing.close();
  });

  const declare = ({ given, asked, name }: TakeRow & { name: string }) =>
    new Snapshot(name, { domain: guestOf(given).name, ...placed(asked) });
  const guestOf = (given: Given): Guest => {
    const found = guests.get(given);
    assert.ok(found);
    return found;
  };

  for (const row of rows) {
    const { given, asked, gives, name } = row;
    it(`${given.what}, ${JSON.stringify(asked)}: ${"refused" in gives ? gives.refused : Object.values(gives).join(", ")}`, async () => {
      if ("refused" in gives) {
        const [told = ""] = (await refusing.up(() => ({ refused: declare(row) }))).messages;
        const [start, reason] = [
          `Unable to take snapshot "${name}" of `,
          `: ${gives.refused}. Nothing was changed. `,
        ];
        assert.ok(told.startsWith(start) && told.includes(reason), told);
      } else {
        const { outputs } = await stack.recorded(name);
        assert.deepEqual(takenOf(outputs), gives);
      }
    });
  }

  it("leaves nothing of refused snapshots: no snapshot, no file, and the domain as it was", async () => {
    for (const [given, { uuid }] of guests) {
      const expected = rows
        .filter((row) => row.given === given && !("refused" in row.gives))
        .map(({ name }) => name);
      const there = (await virsh("snapshot-list", `--domain=${uuid}`, "--name")).split("\n").filter(Boolean);
      assert.deepEqual(there.sort(), expected.sort(), given.what);
      const state = given.shape.includes("--off") ? "shut off" : given.paused === true ? "paused" : "running";
      assert.equal(await virsh("domstate", `--domain=${uuid}`), state, given.what);
    }
    const files = (await readdir(lab("LAB_DIR"))).filter((file) => !filesBefore.includes(file));
    assert.deepEqual(
      files.filter((file) => file.includes("never")),
      [],
    );
  });

  it("says that it continues without freezing file systems", () => {
    const told = run.messages.filter((message) => message.includes('(quiesce is "preferred")'));
    assert.equal(told.length, 1);
    assert.match(
      told[0] ?? "",
      /is taken without freezing its file systems .*: the domain has no channel for a guest agent\./,
    );
  });
});

describe("taking a snapshot", () => {
  let domain: Guest;
  let stack: TestStack;
  const program = (args: Partial<SnapshotArgs>) => () => ({
    taken: new Snapshot("taken", { domain: domain.name, ...args }),
  });
  beforeEach(async () => {
    [domain, stack] = await Promise.all([guest(), TestStack.open()]);
  });
  afterEach(() => stack.close());

  for (const [what, asked] of Object.entries({ memory: {}, "disks alone": { diskOnly: true } })) {
    it(`with halt, of ${what}, leaves the domain off and able to start`, async () => {
      assertDone(await stack.up(program({ ...asked, halt: true })), ["create taken"]);
      assert.equal(await virsh("domstate", domain.uuid), "shut off");
      assertDone(await stack.up(program({ ...asked, halt: true })), []);
      await virsh("start", domain.uuid);
      await inGuest(domain.name, "ls /data");
      await succeed(stack.destroy());
      assert.deepEqual(await snapshotsOf(domain), []);
    });
  }

  it("with reuseExternal uses the existing overlay, and without it is refused", async () => {
    const image = await diskOf(domain);
    const overlay = join(lab("LAB_DIR"), `${domain.uuid}.overlay`);
    await output("qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "qcow2", overlay);
    await output("chown", "--reference", image, overlay);
    const before = await readFile(overlay);
    const asked = { diskOnly: true, disks: [{ name: "vda", snapshot: "external" as const, file: overlay }] };
    const { ok, messages } = await stack.up(program(asked));
    assert.equal(ok, false);
    assert.match(
      messages.join("\n"),
      /the host already has a file .* Then move it away, or name another one/,
    );
    assert.deepEqual(await readFile(overlay), before);
    assert.equal(await diskOf(domain), image);

    assertDone(await stack.up(program({ ...asked, reuseExternal: true })), ["create taken"]);
    assert.equal(await diskOf(domain), overlay);
    await inGuest(domain.name, "echo later >/data/file; sync");
    await succeed(stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.equal(await diskOf(domain), image);
    assert.equal(await inGuest(domain.name, "cat /data/file"), "later");
  });
});

async function prepared({ shape, paused }: Given): Promise<Guest> {
  const made = await guest(...shape);
  if (shape.includes("--agent")) await agentOf(made);
  if (paused === true) await virsh("suspend", made.uuid);
  return made;
}

async function agentOf({ uuid }: Guest): Promise<void> {
  await until("the agent answers", () =>
    virsh("domfsinfo", uuid).then(
      () => true,
      () => false,
    ),
  );
}

function placed(asked: TakeRow["asked"]): Partial<SnapshotArgs> {
  return JSON.parse(JSON.stringify(asked).replaceAll("DIR/", `${lab("LAB_DIR")}/`)) as Partial<SnapshotArgs>;
}

function takenOf(outputs: Record<string, unknown>): Taken {
  const { state, location, capturedMemory, consistency } = outputs as unknown as Taken & {
    capturedMemory: { snapshot: string };
  };
  return { state, location, memory: capturedMemory.snapshot, consistency };
}
