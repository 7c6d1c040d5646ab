import assert from "node:assert/strict";
import { whenFree } from "../../../provider/hypervisor/wait-until-free.js";
import { fakeHost } from "./fake-host.js";
import { ENDLESSLY, FakeHypervisor, said } from "./fake-hypervisor.js";
import { failsWith } from "../snapshot/rejects.js";

const HELD = said("Busy", "Timed out during operation: cannot acquire state change lock");
const WAITING = { domainUuid: "u", tried: "take snapshot" };
const OTHER = said("Busy", "block device is in use by block job");

describe("an operation on a domain", () => {
  let told: string[];
  beforeEach(() => (told = []));

  /** An operation that fails with each of `errors` in turn and then succeeds. */
  function attempt(errors: Error[], left = 600_000, control: string[] = []) {
    const hypervisor = new FakeHypervisor();
    hypervisor.define({ uuid: "u", name: "debian12", control });
    const host = fakeHost(hypervisor, undefined, { now: left, afterwards: 0 });
    let count = 0;
    const running = whenFree(
      host,
      WAITING,
      ({ text }) => void told.push(text),
      () => {
        const error = errors[count];
        count += 1;
        return error === undefined ? Promise.resolve(`done at ${count}`) : Promise.reject(error);
      },
    );
    return { running, count: () => count };
  }

  it("runs at once and prints nothing if no job holds the domain", async () => {
    assert.equal(await attempt([]).running, "done at 1");
    assert.deepEqual(told, []);
  });

  it("waits, and reports once who holds the domain", async () => {
    assert.equal(await attempt([HELD, HELD]).running, "done at 3");
    assert.deepEqual(told, [
      "Waiting to take snapshot: Timed out during operation: cannot acquire state change lock",
    ]);
  });

  it("reports the next holder too", async () => {
    await attempt([HELD, OTHER]).running;
    assert.deepEqual(told.slice(1), ["Waiting to take snapshot: block device is in use by block job"]);
  });

  it("fails and names the holder when the remaining time is too short", async () => {
    const { running, count } = attempt([HELD], 1999);
    const { message, begun } = await failsWith(running, "Busy");
    assert.equal(
      message,
      "Unable to take snapshot: Timed out during operation: cannot acquire state change lock. " +
        "Nothing was changed. timeoutSeconds sets how long to wait.",
    );
    assert.equal(begun, false);
    assert.equal(count(), 1);
    assert.deepEqual(told, []);
  });

  it("is not sent to libvirt while a job runs, which is reported once however long it takes", async () => {
    const control = ["background job (1.0s)", "background job (2.0s)"];
    const { running, count } = attempt([], 600_000, control);
    assert.equal(await running, "done at 1");
    assert.equal(count(), 1);
    assert.deepEqual(told, ["Waiting to take snapshot: another job holds the domain: background job (1.0s)"]);
  });

  it("is never sent to libvirt if the job outlasts the time limit", async () => {
    const { running, count } = attempt([], 1999, ["occupied (9.0s)", ENDLESSLY]);
    const { message } = await failsWith(running, "Busy");
    assert.equal(
      message,
      "Unable to take snapshot: another job holds the domain: occupied (9.0s). " +
        "Nothing was changed. `virsh domjobinfo` shows more about it. timeoutSeconds sets how long to wait.",
    );
    assert.equal(count(), 0);
  });

  it("tries again while there is just enough time", async () => {
    // A pause takes the second that another attempt would need.
    const { running, count } = attempt([HELD, HELD], 2000);
    await failsWith(running, "Busy");
    assert.equal(count(), 2);
    assert.equal(told.length, 1);
  });

  it("is not tried again after any other error", async () => {
    for (const kind of ["Unreachable", "Timeout", "Conflict", "Unexpected"] as const) {
      const { running, count } = attempt([said(kind, "no")]);
      await failsWith(running, kind);
      assert.equal(count(), 1);
    }
    const { running } = attempt([new TypeError("a defect")]);
    await assert.rejects(running, TypeError);
  });
});
