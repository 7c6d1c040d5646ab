import assert from "node:assert/strict";
import { whenFree } from "../../../provider/snapshot/busy.js";
import { FakeHost } from "./fake-host.js";
import { FakeHypervisor, said } from "./fake-hypervisor.js";
import { failsWith } from "./rejects.js";

const HELD = said("Busy", "Timed out during operation: cannot acquire state change lock");
const OTHER = said("Busy", "block device is in use by block job");

describe("an operation on a domain that another holds", () => {
  let told: string[];
  beforeEach(() => (told = []));

  /** An operation that fails with each of `errors` in turn and then succeeds. */
  function attempt(errors: Error[], left = 600_000) {
    const host = new FakeHost(new FakeHypervisor(), undefined, { now: left, afterwards: 0 });
    let count = 0;
    const running = whenFree(
      host,
      (line) => void told.push(line),
      () => {
        const error = errors[count];
        count += 1;
        return error === undefined ? Promise.resolve(`done at ${count}`) : Promise.reject(error);
      },
    );
    return { host, running, count: () => count };
  }

  it("is done at once, without a word, where nobody holds it", async () => {
    assert.equal(await attempt([]).running, "done at 1");
    assert.deepEqual(told, []);
  });

  it("waits, and tells once who holds it", async () => {
    assert.equal(await attempt([HELD, HELD]).running, "done at 3");
    assert.deepEqual(told, [
      "Waiting to run a command of virsh: Timed out during operation: cannot acquire state change lock",
    ]);
  });

  it("tells of another that holds it next", async () => {
    await attempt([HELD, OTHER]).running;
    assert.deepEqual(told.slice(1), [
      "Waiting to run a command of virsh: block device is in use by block job",
    ]);
  });

  it("gives up with who holds it when the time left is too short", async () => {
    const { running, count } = attempt([HELD], 1999);
    assert.equal(await failsWith(running, "Busy"), HELD);
    assert.equal(count(), 1);
    assert.deepEqual(told, []);
  });

  it("tries again while there is just time enough", async () => {
    const { host, running } = attempt([HELD, HELD], 2000);
    setTimeout(() => (host.left.now = 1000), 500);
    await failsWith(running, "Busy");
    assert.equal(told.length, 1);
  });

  it("is not tried again for any other reason", async () => {
    for (const kind of ["Unreachable", "Timeout", "Conflict", "Unexpected"] as const) {
      const { running, count } = attempt([said(kind, "no")]);
      await failsWith(running, kind);
      assert.equal(count(), 1);
    }
    const { running } = attempt([new TypeError("a defect")]);
    await assert.rejects(running, TypeError);
  });
});
