import assert from "node:assert/strict";
import { isVirshError, VirshError } from "../../../provider/errors.js";
import { createDomain } from "../../../provider/domain/create.js";
import { digest } from "../../../provider/domain/declaration.js";
import { declaration, FakeDomainHost, notices, OTHER, UUID, xml } from "./fake-domain-host.js";

const { tell } = notices();

describe("creating a domain", () => {
  it("defines it under a new UUID and starts it", async () => {
    const host = new FakeDomainHost();
    const created = await createDomain(host, declaration(), tell);
    assert.deepEqual(host.did, ["define", "start"]);
    assert.match(created.uuid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(created, { name: "vm", uuid: created.uuid, xmlSha256: digest(xml("vm")) });
    assert.deepEqual(host.domains.get(created.uuid), { name: "vm", state: "running" });
  });

  it("keeps the UUID of the XML and does only what is declared", async () => {
    const host = new FakeDomainHost();
    const declared = declaration({
      xml: xml("vm", `<uuid>${UUID}</uuid>`),
      running: false,
      autostart: false,
    });
    assert.equal((await createDomain(host, declared, tell)).uuid, UUID);
    assert.deepEqual(host.did, ["define", "autostart --disable"]);
  });

  const conflicts: [existing: string, xml: string, adopt: boolean, message: RegExp][] = [
    [
      "the same name",
      xml("vm"),
      false,
      /already has a domain of that name, .*251\. Nothing was changed\. .* adopt: true/,
    ],
    ["the same name and UUID", xml("vm", `<uuid>${UUID}</uuid>`), false, /already has a domain of that name/],
    [
      "the same name and another UUID",
      xml("vm", `<uuid>${OTHER}</uuid>`),
      true,
      /another domain of that name/,
    ],
    [
      "the same UUID and another name",
      xml("new", `<uuid>${UUID}</uuid>`),
      true,
      /domain "vm" .* the UUID .*251/,
    ],
  ];
  for (const [existing, text, adopt, message] of conflicts) {
    it(`changes nothing if a domain with ${existing} exists${adopt ? ", even with adopt" : ""}`, async () => {
      const host = new FakeDomainHost().has(UUID, "vm", "running");
      await assert.rejects(createDomain(host, declaration({ xml: text, adopt }), tell), {
        kind: "Conflict",
        message,
      });
      assert.deepEqual(host.did, []);
    });
  }

  it("with adopt, redefines the existing domain under the UUID it has", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    assert.equal((await createDomain(host, declaration({ adopt: true }), tell)).uuid, UUID);
    assert.deepEqual(host.did, ["define"]);
  });

  it("undefines a domain that cannot be started, but keeps its NVRAM", async () => {
    const host = new FakeDomainHost().fail("start", "Unexpected", "no such disk");
    await assert.rejects(createDomain(host, declaration(), tell), {
      message: 'Unable to start domain "vm": no such disk. vm was undefined again, so nothing is left of it.',
    });
    assert.deepEqual(host.did, ["define", "start", "undefine --keep-nvram"]);
  });

  it("reports what is left if that undefine fails, too", async () => {
    const host = new FakeDomainHost()
      .fail("start", "Unexpected")
      .fail("undefine --keep-nvram", "Busy", "held");
    await assert.rejects(createDomain(host, declaration(), tell), {
      message: /vm is defined and could not be undefined again: held\. .* adopt: true, or undefine it\.$/,
    });
  });

  it("does not undefine a domain that may still be starting", async () => {
    for (const kind of ["Timeout", "Cancelled", "Unreachable"] as const) {
      const host = new FakeDomainHost().fail("start", kind, "too long");
      await assert.rejects(createDomain(host, declaration(), tell), {
        message: /too long\. vm is defined and may be starting\. Check it with virsh domstate /,
      });
      assert.deepEqual(host.did, ["define", "start"], kind);
    }
  });

  it("does not say that nothing was changed if a query after the define fails", async () => {
    const host = new FakeDomainHost();
    const error = new VirshError({
      kind: "Timeout",
      tried: "read",
      said: "too late",
      unchanged: true,
      begun: false,
    });
    host.domainState = () => Promise.reject(error);
    await assert.rejects(createDomain(host, declaration(), tell), (thrown) => {
      assert.ok(isVirshError(thrown, "Timeout"));
      assert.equal(
        thrown.message,
        "Unable to read: too late. vm was undefined again, so nothing is left of it.",
      );
      return true;
    });
    assert.deepEqual(host.did, ["define", "undefine --keep-nvram"]);
  });

  it("does not undefine an adopted domain that cannot be started", async () => {
    const host = new FakeDomainHost().has(UUID, "vm").fail("start", "Unexpected");
    await assert.rejects(createDomain(host, declaration({ adopt: true }), tell), {
      message: /vm already has the new definition; the next update continues from there\.$/,
    });
    assert.ok(host.domains.has(UUID));
  });
});
