import assert from "node:assert/strict";
import { adoptionLines, changeLines } from "../../../provider/domain/preview.js";
import { info, warning } from "../../../provider/hypervisor/notice.js";

describe("what a preview prints about a domain", () => {
  const definition = "The changed definition of vm takes effect";
  const asked = "this update shuts it down; if it is not off after 5 s, it is stopped as by a power cut.";
  const nextBoot =
    "To apply it sooner, shut the domain down and start it again: a reboot from inside the guest keeps the old definition.";
  const rows = [
    [true, true, "running", info(`${definition} at its next boot; it is running now. ${nextBoot}`)],
    [true, true, "paused", info(`${definition} at its next boot; it is paused now. ${nextBoot}`)],
    [true, true, "shut off", info(`${definition} now: vm is off, and this update starts it.`)],
    [true, false, "shut off", info(`${definition} at its next start; it is off now.`)],
    [true, false, "running", info(`${definition} at its next start: vm is running, and ${asked}`)],
    [
      true,
      false,
      "paused",
      warning(`${definition} at its next start: vm is paused, and this update stops it as by a power cut.`),
    ],
    [false, true, "running", undefined],
    [false, true, "shut off", info("vm is off, and this update starts it.")],
    [false, false, "running", info(`vm is running, and ${asked}`)],
    [false, false, "paused", warning("vm is paused, and this update stops it as by a power cut.")],
    [false, false, "shut off", undefined],
  ] as const;
  for (const [changesDefinition, running, state, expected] of rows) {
    it(`${changesDefinition ? "changed" : "unchanged"} XML, running: ${running}, on a domain that is ${state}`, () => {
      const change = { name: "vm", changesDefinition, running, shutdownTimeoutSeconds: 5 };
      assert.deepEqual(changeLines(change, state), expected === undefined ? [] : [expected]);
    });
  }

  it("warns of the power cut where the guest gets no time to shut down", () => {
    const change = { name: "vm", changesDefinition: false, running: false, shutdownTimeoutSeconds: 0 };
    assert.deepEqual(changeLines(change, "running"), [
      warning("vm is running, and this update stops it as by a power cut."),
    ]);
  });

  it("warns that an adopted domain's definition is replaced, and says when that takes effect", () => {
    const declared = { name: "vm", uuid: "bcfa3df3", running: true, shutdownTimeoutSeconds: 5 };
    assert.deepEqual(adoptionLines(declared, "shut off"), [
      warning("vm exists (bcfa3df3) and is adopted: its definition is replaced by this one."),
      info(`${definition} now: vm is off, and this update starts it.`),
    ]);
  });
});
