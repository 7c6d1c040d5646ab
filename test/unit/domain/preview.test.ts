import assert from "node:assert/strict";
import { adoptionLines, changeLines } from "../../../provider/domain/preview.js";
import type { DomainFacts } from "../../../provider/domain/look.js";
import { info, warning } from "../../../provider/hypervisor/notice.js";

/** What the host has, as libvirt prints it; the program declares the same. */
const XML =
  "<domain type='qemu'><name>vm</name><title>a</title><memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>";

const FACTS: DomainFacts = {
  ...{ domain: { name: "vm", uuid: "bcfa3df3" }, xml: XML, state: "shut off" },
  ...{ persistent: true, autostart: false, managedSave: false },
};
const CHANGE = {
  ...{ name: "vm", defines: false, running: true, shutdownTimeoutSeconds: 5 },
  ...{ xml: XML, secret: false, previousXml: XML, previousName: "vm", drifted: false },
};
const running = { ...FACTS, state: "running" } as const;

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
      const change = { ...CHANGE, defines: changesDefinition, running };
      assert.deepEqual(changeLines(change, { ...FACTS, state }), expected === undefined ? [] : [expected]);
    });
  }

  it("warns of the power cut where the guest gets no time to shut down", () => {
    const change = { ...CHANGE, running: false, shutdownTimeoutSeconds: 0 };
    assert.deepEqual(changeLines(change, { ...FACTS, state: "running" }), [
      warning("vm is running, and this update stops it as by a power cut."),
    ]);
  });

  it("warns that an adopted domain's definition is replaced, and says when that takes effect", () => {
    const declared = { name: "vm", uuid: "bcfa3df3", running: true, shutdownTimeoutSeconds: 5 };
    assert.deepEqual(adoptionLines(declared, FACTS), [
      warning("vm exists (bcfa3df3) and is adopted: its definition is replaced by this one."),
      info(`${definition} now: vm is off, and this update starts it.`),
    ]);
  });

  const theirs = { ...running, xml: XML.replace("65536", "131072") };
  const drifted =
    "The definition of vm on the host is not the one that was applied last: someone changed it, " +
    "or a revert put an older one in its place. This update applies the declared one";

  it("names each difference where the host has another definition than the one applied last", () => {
    assert.deepEqual(changeLines({ ...CHANGE, defines: true }, theirs), [
      warning(`${drifted}: memory 128 MiB to 64 MiB.`),
      info(`${definition} at its next boot; it is running now. ${nextBoot}`),
    ]);
  });

  it("does not quote a secret definition", () => {
    assert.deepEqual(
      changeLines({ ...CHANGE, defines: true, secret: true }, theirs)[0],
      warning(`${drifted}.`),
    );
  });

  it("does not take a change of the program for one of the host", () => {
    const change = { ...CHANGE, xml: XML.replace("65536", "131072"), defines: true };
    assert.equal(changeLines(change, running).length, 1);
    assert.equal(changeLines({ ...change, previousXml: undefined }, running).length, 1);
  });

  it("says that a domain which someone undefined while it runs is defined again", () => {
    assert.deepEqual(changeLines(CHANGE, { ...running, persistent: false })[0], {
      severity: "warning",
      text: "vm is running but no longer defined: someone undefined it. This update defines it again.",
    });
  });

  it("warns that a managed-save image is resumed with the old definition, and says what to do", () => {
    const saved = { ...FACTS, managedSave: true };
    const later =
      "with the old definition. The changed definition takes effect at the start after that: " +
      "once it is resumed, shut the domain down and start it again.";
    assert.deepEqual(changeLines({ ...CHANGE, defines: true }, saved), [
      warning(`vm is off with a managed-save image, and this update resumes it from there, ${later}`),
    ]);
    assert.deepEqual(changeLines({ ...CHANGE, defines: true, running: false }, saved), [
      warning(`vm is off with a managed-save image, and its next start resumes it from there, ${later}`),
    ]);
    assert.deepEqual(changeLines(CHANGE, saved), [
      info("vm is off with a managed-save image, and this update resumes it from there."),
    ]);
    assert.deepEqual(changeLines({ ...CHANGE, running: false }, saved), []);
  });

  it("says that a domain which someone renamed gets its name back", () => {
    const renamed = { ...FACTS, domain: { name: "theirs", uuid: "bcfa3df3" } };
    assert.deepEqual(changeLines({ ...CHANGE, running: false }, renamed), [
      warning("Someone renamed vm to theirs. This update renames it back."),
    ]);
  });

  it("says that a domain is renamed in place", () => {
    assert.deepEqual(changeLines({ ...CHANGE, name: "new", defines: true, previousXml: undefined }, FACTS), [
      info("vm is renamed to new, and stays the same domain."),
      info("The changed definition of new takes effect now: new is off, and this update starts it."),
    ]);
  });
});
