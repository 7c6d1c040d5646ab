import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { Snapshot, type SnapshotArgs } from "../../../../sdk/index.js";
import type { Operation } from "../../../faults/table.js";
import { TestStack, type Program, type Run, type Told } from "../engine.js";
import { diskOf, guest, inGuest, lab, output, virsh, type Guest } from "../host.js";
import { VirshStandIn } from "../stand-in.js";
import { look, type Seen } from "./seen.js";

/** How the guest of each operation is made, and how another person's snapshot of it was taken. */
const GUESTS: Record<Operation, { shape: string[]; theirs: string[] }> = {
  memory: { shape: ["--memory", "400"], theirs: [] },
  quiesced: { shape: ["--agent"], theirs: ["--disk-only"] },
  external: { shape: [], theirs: ["--disk-only"] },
  off: { shape: ["--off"], theirs: [] },
  revert: { shape: [], theirs: [] },
  revertExternal: { shape: [], theirs: ["--disk-only"] },
  safely: { shape: [], theirs: [] },
  describe: { shape: ["--off"], theirs: [] },
  delete: { shape: [], theirs: [] },
  deleteExternal: { shape: [], theirs: ["--disk-only"] },
};

const ALL = Object.keys(GUESTS) as Operation[];
const CREATES: readonly Operation[] = ["memory", "quiesced", "external", "off"];
const DELETES: readonly Operation[] = ["delete", "deleteExternal"];

/** A guest for each operation, and two programs: one that deletes, one that does everything else. */
export class FaultScene {
  private round = 0;
  /** The host before the operations of the round. */
  ready: ReadonlyMap<Operation, Seen> = new Map();

  private constructor(
    readonly operations: readonly Operation[],
    readonly guests: ReadonlyMap<Operation, Guest>,
    readonly standIn: VirshStandIn,
    readonly main: TestStack,
    readonly deletes: TestStack,
  ) {}

  /** `skipped`: what this libvirt cannot do. */
  static async make(skipped: readonly Operation[]): Promise<FaultScene> {
    const operations = ALL.filter((operation) => !skipped.includes(operation));
    const guests = new Map<Operation, Guest>();
    for (const operation of operations) guests.set(operation, await made(operation));
    const standIn = await VirshStandIn.make();
    const [main, deletes] = [await TestStack.open(standIn.env), await TestStack.open(standIn.env)];
    const scene = new FaultScene(operations, guests, standIn, main, deletes);
    for (const run of await scene.prepare()) assert.ok(run.ok, run.messages.join("\n"));
    return scene;
  }

  /** This round's trigger and description. */
  get label(): string {
    return `round ${this.round}`;
  }

  guest(operation: Operation): Guest {
    const found = this.guests.get(operation);
    assert.ok(found);
    return found;
  }

  /** The operation whose snapshot a stack's command changes. */
  stackOf(operation: Operation): TestStack {
    return DELETES.includes(operation) ? this.deletes : this.main;
  }

  look(): Promise<Map<Operation, Seen>> {
    return look(this.guests);
  }

  /** The snapshots that are to be, before the operations of the next round. */
  async prepare(): Promise<Run[]> {
    const kept = () => this.declared(this.main, [], (operation) => !CREATES.includes(operation));
    const runs = await Promise.all([
      this.main.upAsFarAsPossible(program(kept)),
      this.deletes.up(program(() => this.declared(this.deletes))),
    ]);
    this.round += 1;
    for (const operation of ["revert", "revertExternal", "safely"] as const) {
      const domain = this.guests.get(operation);
      // One that does not run is reported by whoever compares the host with what it was.
      if (domain !== undefined) await inGuest(domain.name, "since=yes").catch(() => undefined);
    }
    this.ready = await this.look();
    return runs;
  }

  /** The snapshots that a stack's program declares in this round. */
  declared(
    stack: TestStack,
    adopt: readonly Operation[] = [],
    wanted: (operation: Operation) => boolean = () => true,
  ): Record<string, SnapshotArgs> {
    const own = this.operations.filter((operation) => this.stackOf(operation) === stack && wanted(operation));
    return Object.fromEntries(
      own.map((operation) => [
        operation,
        { ...this.args(operation), ...(adopt.includes(operation) ? { adopt: true } : {}) },
      ]),
    );
  }

  /** The next command after one that something died in. */
  async next(adopt: readonly Operation[] = []): Promise<{ main: Told; deletes: Told }> {
    const [main, deletes] = await Promise.all([
      this.main.upAsFarAsPossible(program(() => this.declared(this.main, adopt))),
      this.deletes.destroy(),
    ]);
    return {
      main: { ...main, about: this.main.about },
      deletes: { ...deletes, about: this.deletes.about },
    };
  }

  preview(adopt: readonly Operation[]): Promise<Run> {
    return this.main.preview(program(() => this.declared(this.main, adopt)));
  }

  args(operation: Operation): SnapshotArgs {
    const { name: domain, uuid } = this.guest(operation);
    const triggers = [this.label];
    switch (operation) {
      case "memory":
      case "off":
      case "delete":
        return { domain };
      case "deleteExternal":
        return { domain, diskOnly: true };
      case "quiesced":
        return { domain, diskOnly: true, quiesce: "required" };
      case "external":
        return { domain, memory: { snapshot: "external", file: memoryFile(uuid) } };
      case "revert":
        return { domain, revert: { triggers } };
      case "revertExternal":
        return {
          domain,
          memory: { snapshot: "external", file: memoryFile(uuid) },
          revert: { triggers },
        };
      case "safely":
        return { domain, revert: { triggers, safetySnapshot: { keep: 1 } } };
      case "describe":
        return { domain, description: this.label };
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.main.close(), this.deletes.close()]);
    await this.standIn.close();
    for (const { uuid } of this.guests.values()) await virsh("destroy", uuid).catch(() => undefined);
  }
}

function program(declared: () => Record<string, SnapshotArgs>): Program {
  return () =>
    Object.fromEntries(Object.entries(declared()).map(([name, args]) => [name, new Snapshot(name, args)]));
}

function memoryFile(uuid: string): string {
  return `${lab("LAB_DIR")}/${uuid}.memory`;
}

async function made(operation: Operation): Promise<Guest> {
  const { shape, theirs } = GUESTS[operation];
  const domain = await guest(...shape);
  if (operation === "off") await enlarge(domain);
  // So much memory that a snapshot of it can be met.
  if (shape.includes("--memory"))
    await inGuest(domain.name, "for each in $(seq 60); do cat /bin/busybox; done >/tmp/120-mebibytes");
  await virsh("snapshot-create-as", domain.uuid, "theirs", ...theirs);
  return domain;
}

/** Gives a domain that is off an image with so many clusters that a snapshot of it takes a second. */
async function enlarge(domain: Guest): Promise<void> {
  const disk = await diskOf(domain);
  const large = `${disk}.large`;
  const options = "preallocation=metadata,cluster_size=2048";
  await output("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, large, "6G");
  await output("chown", `--reference=${disk}`, large);
  await output("mv", large, disk);
  await rm(large, { force: true });
}
