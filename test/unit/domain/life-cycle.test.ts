import assert from "node:assert/strict";
import { diffDomain } from "../../../provider/domain/diff.js";
import { createKnown, deleteKnown, updateKnown } from "../../../provider/domain/life-cycle.js";
import { domainAhead, domainUnknown } from "../../../provider/domain/outputs-ahead.js";
import { readDomain } from "../../../provider/domain/read.js";
import type { DomainInputs } from "../../../provider/domain/inputs.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { FakeDomainHost, HOST, notices, UUID } from "./fake-domain-host.js";
import { created, editOnHost, inputs, vm } from "./known-vm.js";

const { tell } = notices();
const howToReplace = "replace it";

describe("a known domain", () => {
  const updated = async (
    given: Awaited<ReturnType<typeof created>>,
    parts: Partial<DomainInputs>,
    ignored: string[] = [],
  ) => {
    const { host, declared } = given;
    const found = await readDomain(host, given.known, declared);
    assert.ok("known" in found);
    const now = { ...declared, ...parts };
    const change = { before: declared, now, ignored };
    return updateKnown(host, { known: found.known, declared: change, uri: now.uri, howToReplace, tell });
  };

  it("is defined again where someone changed what no summary names, and only then", async () => {
    const given = await created();
    await updated(given, { shutdownTimeoutSeconds: 1 });
    assert.deepEqual(given.host.did, []);
    editOnHost(given.host, "</domain>", "<cputune><shares>1</shares></cputune></domain>");
    const known = await updated(given, {});
    assert.deepEqual(given.host.did, ["define"]);
    assert.equal(known.applied.made, given.known.applied.made);
  });

  it("gets its name back without a new definition", async () => {
    const given = await created({ running: false });
    await given.host.renameDomain(UUID, "theirs");
    given.host.did.length = 0;
    assert.equal((await updated(given, {})).name, "vm");
    assert.deepEqual(given.host.did, ["rename to vm"]);
  });

  it("keeps what the program ignores", async () => {
    const given = await created();
    editOnHost(given.host, "65536", "131072");
    await given.host.destroyDomain(UUID);
    given.host.did.length = 0;
    const known = await updated(given, { autostart: true }, ["xml", "running"]);
    assert.deepEqual(given.host.did, ["autostart"]);
    assert.match(known.xml, /131072/);
    assert.equal(known.running, false);
  });

  it("is not updated or deleted on another host, unless the program declares that it moved", async () => {
    const given = await created();
    const { host, known } = given;
    const moved = { ...HOST, uuid: "4c4c4544-0046-3310-8053-b9c04f4d4e32" };
    const change = { before: given.declared, now: given.declared, ignored: [] };
    host.identity = moved;
    const update = { known, declared: change, uri: undefined, howToReplace, tell };
    await assert.rejects(updateKnown(host, update), { kind: "Conflict" });
    await assert.rejects(deleteKnown(host, known, 0, tell), { kind: "Conflict" });
    assert.deepEqual(host.did, []);
    const now = { ...given.declared, uri: "qemu+ssh://other/system" };
    const there = await updateKnown(host, { ...update, declared: { ...change, now }, uri: now.uri });
    assert.equal(there.host.uuid, moved.uuid);
  });

  it("is kept as far as it is known where it cannot be read back, and read by the next refresh", async () => {
    const host = new FakeDomainHost();
    host.after("start", () => {
      host.fail("dumpxml", "Unreachable");
    });
    const declared = inputs();
    const known = await createKnown(host, declared, undefined, tell);
    assert.deepEqual([known.uuid, known.running, known.applied.made], [UUID, true, ""]);
    host.recover("dumpxml");
    const found = await readDomain(host, known, declared);
    assert.ok("known" in found);
    assert.deepEqual(diffDomain(found.known, { before: declared, now: declared, ignored: [] }).changes, []);
  });

  it("is deleted", async () => {
    const { host, known } = await created();
    await deleteKnown(host, known, 0, tell);
    assert.deepEqual([...host.domains], []);
  });
});

describe("the outputs of a domain in a preview", () => {
  it("have the name and a UUID that is in the XML, before a create", () => {
    const { name, uuid, xml, state } = domainUnknown(inputs());
    assert.deepEqual([name, uuid, xml, state], ["vm", UUID, UNKNOWN, UNKNOWN]);
    assert.equal(domainUnknown({ xml: vm() })["uuid"], UNKNOWN);
    assert.equal(domainUnknown({ xml: UNKNOWN })["name"], UNKNOWN);
  });

  it("have unknown only what an update changes", async () => {
    const { known, declared } = await created();
    const ahead = (now: Partial<DomainInputs>) =>
      domainAhead(known, { before: declared, now: { ...declared, ...now }, ignored: [] });
    const unknown = (outputs: Record<string, unknown>) =>
      Object.keys(outputs).filter((key) => outputs[key] === UNKNOWN);
    assert.deepEqual(unknown(ahead({ shutdownTimeoutSeconds: 9 })), []);
    assert.deepEqual(unknown(ahead({ running: false })), ["state"]);
    const renamed = ahead({ xml: vm("", "other") });
    assert.deepEqual([renamed["name"], unknown(renamed).sort()], ["other", ["applied", "xml"]]);
  });
});
