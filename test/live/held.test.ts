import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { TestStack, type Run } from "./support/engine.js";
import {
  creationTime,
  guest,
  inGuest,
  isBusy,
  lab,
  output,
  qemuPid,
  snapshotsOf,
  until,
  virsh,
  type Guest,
} from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** Each operation, on a domain with the program's snapshot "kept" and another client's "theirs". */
const OPERATIONS = {
  create: { args: {}, more: true, tried: (name: string) => `take snapshot "more" of ${name}` },
  revert: {
    args: { revert: { triggers: ["new"] } },
    more: false,
    tried: (name: string) => `revert ${name} to snapshot "kept"`,
  },
  delete: { args: undefined, more: false, tried: (name: string) => `delete snapshot "kept" of ${name}` },
} satisfies Record<
  string,
  { args: Partial<SnapshotArgs> | undefined; more: boolean; tried: (name: string) => string }
>;

describe("operations on a domain that another client holds", function () {
  this.timeout(180_000);
  let domain: Guest;
  let stack: TestStack;
  let standIn: VirshStandIn;

  before(async () => {
    standIn = await VirshStandIn.make();
    stack = await TestStack.open(standIn.env);
    domain = await guest();
    await inGuest(domain.name, "echo up");
  });
  after(async () => {
    await stack.close();
    await standIn.close();
  });

  const program =
    (timeoutSeconds: number, kept: Partial<SnapshotArgs> | undefined, more = false) =>
    () => {
      const common = { domain: domain.name, timeoutSeconds };
      if (kept !== undefined) new Snapshot("kept", { ...common, ...kept });
      if (more) new Snapshot("more", common);
      return {};
    };

  for (const [what, { args, more, tried }] of Object.entries(OPERATIONS)) {
    describe(`a ${what} while another client takes a snapshot`, () => {
      /** Another client's job, which lasts as long as QEMU is stopped. */
      const held = async <T>(use: (release: () => void) => Promise<T>): Promise<T> => {
        const qemu = await qemuPid(domain);
        process.kill(qemu, "SIGSTOP");
        const theirs = virsh("snapshot-create-as", `--domain=${domain.uuid}`, "--name=theirs");
        let stopped = true;
        const release = () => {
          if (stopped) process.kill(qemu, "SIGCONT");
          stopped = false;
        };
        try {
          await until("they hold it", () => isBusy(domain));
          return await use(release);
        } finally {
          release();
          await theirs;
          await virsh("snapshot-delete", domain.uuid, "theirs");
        }
      };
      const told = ({ messages }: Run) => messages.join("\n");
      const waiting = () =>
        new RegExp(
          `^Waiting to ${tried(domain.name)}: another job holds the domain: background job \\([\\d.]+s\\)$`,
          "m",
        );

      /** The time limit of a delete is the one in the state. */
      const prepare = async (timeoutSeconds: number) => {
        const run = await stack.up(program(timeoutSeconds, {}));
        assert.ok(run.ok, told(run));
        await standIn.forget();
      };

      it("says who holds the domain, and fails within its time limit with nothing changed", async () => {
        await prepare(4);
        const before = await creationTime(domain, "kept");
        await held(async () => {
          const run = await stack.up(program(4, args, more));
          assert.equal(run.ok, false);
          assert.match(told(run), waiting());
          assert.match(
            told(run),
            new RegExp(
              `^Unable to ${tried(domain.name)}: another job holds the domain: background job \\([\\d.]+s\\)\\. ` +
                "Nothing was changed\\. `virsh domjobinfo` shows more about it\\. timeoutSeconds sets how long to wait\\.",
              "m",
            ),
          );
        });
        assert.deepEqual(await snapshotsOf(domain), ["kept"]);
        assert.equal(await creationTime(domain, "kept"), before);
        assert.equal(await virsh("domstate", domain.uuid), "running");
        assert.deepEqual(await standIn.calls("snapshot-create-as"), []);
        assert.deepEqual(await standIn.calls("snapshot-revert"), []);
        assert.deepEqual(await standIn.calls("snapshot-delete"), []);
      });

      it("continues once the domain is free", async () => {
        await prepare(100);
        const run = await held(async (release) => {
          const running = stack.up(program(100, args, more));
          await until("it waits", async () => (await standIn.calls("domcontrol")).length > 1, 60);
          release();
          return running;
        });
        assert.ok(run.ok, told(run));
        assert.match(told(run), waiting());
        assert.equal(await virsh("domstate", domain.uuid), "running");
      });
    });
  }

  describe("a create during a block job", () => {
    it("waits, names the disk, and continues when the job is over", async () => {
      const kept = await stack.up(program(100, {}));
      assert.ok(kept.ok, kept.messages.join("\n"));
      const copy = join(lab("LAB_DIR"), `${domain.uuid}.copy`);
      await output(
        "virsh",
        "blockcopy",
        domain.uuid,
        "vda",
        copy,
        "--transient-job",
        "--bandwidth=4096",
        "--bytes",
      );
      await standIn.forget();
      const running = stack.up(program(100, {}, true));
      await until("it waits", async () => (await standIn.calls("snapshot-create-as")).length > 1, 60);
      await virsh("blockjob", domain.uuid, "vda", "--abort");
      const run = await running;
      assert.ok(run.ok, run.messages.join("\n"));
      assert.ok(
        run.messages.some((line) =>
          line.startsWith(
            `Waiting to take snapshot "more" of ${domain.name}: block copy still active: disk 'vda' `,
          ),
        ),
        run.messages.join("\n"),
      );
      await rm(copy);
    });
  });
});
