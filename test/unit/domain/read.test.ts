import assert from "node:assert/strict";
import { importDomain, readDomain } from "../../../provider/domain/read.js";
import { FakeDomainHost, HOST, OTHER, UUID } from "./fake-domain-host.js";
import { created, editOnHost, inputs, vm } from "./known-vm.js";

describe("reading a known domain", () => {
  it("finds it as it was left", async () => {
    const { host, known, declared } = await created({ autostart: true });
    assert.deepEqual(await readDomain(host, known, declared), { known });
    assert.deepEqual(host.did, []);
  });

  it("finds it under another name, and off", async () => {
    const { host, known, declared } = await created();
    await host.destroyDomain(UUID);
    await host.renameDomain(UUID, "theirs");
    const found = await readDomain(host, known, declared);
    assert.ok("known" in found);
    const { name, uuid, state, running } = found.known;
    assert.deepEqual([name, uuid, state, running], ["theirs", UUID, "shut off", false]);
  });

  it("finds it gone where its own host lists no such domain", async () => {
    const { host, known, declared } = await created();
    host.domains.delete(UUID);
    assert.deepEqual(await readDomain(host, known, declared), {
      gone: `domain "vm" (${UUID}) was undefined outside of this program`,
      next: "The next update defines it again.",
    });
    host.has(OTHER, "vm");
    const found = await readDomain(host, known, declared);
    assert.ok("gone" in found);
    assert.match(found.gone, new RegExp(`is gone, and its name belongs to another domain, ${OTHER}$`));
    assert.match(found.next, /^The next update fails while that one exists: .* adopt: true /);
  });

  it("finds nothing out from another host, or from one that does not answer", async () => {
    const { host, known, declared } = await created();
    host.domains.delete(UUID);
    host.identity = { ...HOST, uuid: "4c4c4544-0046-3310-8053-b9c04f4d4e32" };
    await assert.rejects(readDomain(host, known, declared), {
      kind: "Conflict",
      message: /find domain "vm": the state belongs to host .*31 .*, and the connection leads to host .*32 /,
    });
    host.identity = HOST;
    host.fail("list", "Unreachable");
    await assert.rejects(readDomain(host, known, declared), { kind: "Unreachable" });
  });

  it("takes what another libvirt prints of the same definition for the same", async () => {
    const { host, known, declared } = await created();
    host.version = "12.8.0";
    editOnHost(host, "</domain>", "<seclabel type='none'/></domain>");
    const found = await readDomain(host, known, declared);
    assert.ok("known" in found);
    assert.equal(found.known.applied.libvirt, "12.8.0");
    assert.notEqual(found.known.applied.made, known.applied.made);
    editOnHost(host, "65536", "131072");
    host.version = "13.0.0";
    const changed = await readDomain(host, found.known, declared);
    assert.ok("known" in changed);
    assert.equal(changed.known.applied.libvirt, "12.8.0");
  });
});

describe("importing a domain", () => {
  it("declares what it has, and nothing that is the default", async () => {
    const xml = vm(`<uuid>${UUID}</uuid>`);
    const host = new FakeDomainHost().has(UUID, "vm", "shut off", { xml });
    const imported = await importDomain(host, "vm", {}, undefined);
    assert.deepEqual(imported.inputs, { xml, running: false });
    assert.deepEqual([imported.known.uuid, imported.known.persistent], [UUID, true]);
    const again = await importDomain(host, UUID.toUpperCase(), { uri: "qemu:///system" }, "qemu:///system");
    assert.deepEqual(again.inputs, { uri: "qemu:///system", xml, running: false });
    assert.deepEqual(host.did, []);
  });

  it("leaves out the stamp of an earlier owner", async () => {
    const { host } = await created();
    const { inputs: found } = await importDomain(host, "vm", {}, undefined);
    assert.doesNotMatch(found.xml, /pulumi-virsh/);
    assert.equal(found.running, inputs().running);
  });

  it("refuses a domain that is gone once it is off, and one that the host does not list", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running", { persistent: false });
    await assert.rejects(importDomain(host, "vm", {}, undefined), {
      kind: "Unsupported",
      message: /import domain "vm": it has no persistent definition, .*Define it first /,
    });
    await assert.rejects(importDomain(host, "other", {}, undefined), { kind: "NotFound" });
  });
});
