import assert from "node:assert/strict";
import { withStamp, declaredDigest, madeDigest } from "../../../provider/definition/stamp.js";
import { VirshError, type ErrorKind } from "../../../provider/errors.js";
import type { Host, OpenHost } from "../../../provider/hypervisor/host.js";
import type { DomainRef } from "../../../provider/hypervisor/results.js";
import { DeclaredDomains } from "../../../provider/program/declared-domains.js";
import { standingOf } from "../../../provider/program/definition-in-force.js";
import { parseDocument } from "../../../provider/xml/document.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const OTHER = "bcfa3df3-7f64-4055-baf6-8ec50c3b0252";
const named = (name: string, uuid = "") =>
  `<domain><name>${name}</name>${uuid === "" ? "" : `<uuid>${uuid}</uuid>`}<title>declared</title></domain>`;

/** What libvirt has once `xml` was applied. */
function applied(xml: string): string {
  const stamp = { id: "1", declared: declaredDigest(xml), made: madeDigest(parseDocument(xml, "domain")) };
  return withStamp(xml, stamp);
}

function hostWith(
  domains: DomainRef[],
  definition: () => Promise<string>,
  persistent = domains.map(({ uuid }) => uuid),
): OpenHost {
  const host: Partial<Host> = {
    listDomains: () => Promise.resolve(domains),
    listPersistent: () => Promise.resolve(persistent),
    definitionXml: definition,
  };
  return () => host as Host;
}

describe("where a declared domain stands on its host", () => {
  const vm = { name: "vm", uuid: UUID };
  const standing = (xml: string, domains: DomainRef[], present = applied(xml)) =>
    standingOf(
      hostWith(domains, () => Promise.resolve(present)),
      { xml, uri: "" },
    );

  it("is in force where the host has what was applied", async () => {
    assert.equal(await standing(named("vm"), [vm]), "in force");
    assert.equal(await standing(named("vm", UUID), [vm]), "in force");
  });

  it("is not in force where the host has something else, or another name for that UUID", async () => {
    const changed = applied(named("vm")).replace("<title>declared", "<title>theirs");
    assert.equal(await standing(named("vm"), [vm], changed), "not in force");
    assert.equal(await standing(named("vm", UUID), [{ name: "renamed", uuid: UUID }]), "not in force");
  });

  it("is not in force where someone undefined the domain while it runs", async () => {
    const open = hostWith([vm], () => Promise.resolve(applied(named("vm"))), []);
    assert.equal(await standingOf(open, { xml: named("vm"), uri: "" }), "not in force");
  });

  it("is absent where the host has no such domain, also if it is gone in that very moment", async () => {
    assert.equal(await standing(named("vm"), []), "absent");
    assert.equal(await standing(named("vm", OTHER), [vm]), "absent");
    const gone = new VirshError({ kind: "NotFound", tried: "read it", said: "gone" });
    const open = hostWith([vm], () => Promise.reject(gone));
    assert.equal(await standingOf(open, { xml: named("vm"), uri: "" }), "absent");
  });

  it("is new where neither the name nor the UUID of the XML is on the host", async () => {
    assert.equal(await standing(named("new", OTHER), [vm]), "new");
  });

  it("is unseen where the host does not answer", async () => {
    for (const kind of ["Unreachable", "Denied", "Timeout", "Unexpected"] satisfies ErrorKind[]) {
      const open = hostWith([vm], () =>
        Promise.reject(new VirshError({ kind, tried: "read it", said: "no" })),
      );
      assert.deepEqual(await standingOf(open, { xml: named("vm"), uri: "" }), { unseen: "no" });
    }
  });
});

describe("the domains that a program declares", () => {
  it("are one resource each, by name and by UUID, on each host", () => {
    const domains = new DeclaredDomains<string>();
    assert.equal(domains.declare("a", { name: "vm", uuid: UUID }, ""), undefined);
    assert.equal(domains.declare("b", { name: "vm" }, "qemu:///system"), undefined);
    assert.match(
      domains.declare("c", { name: "vm" }, "") ?? "",
      /^xml has the name "vm", as has .* Domain "a"/,
    );
    assert.match(
      domains.declare("d", { name: "other", uuid: UUID }, "") ?? "",
      /^xml has the UUID bcfa3df3-\S+, as has the xml of Domain "a" of this program\. Declare each domain once\.$/,
    );
  });
});
