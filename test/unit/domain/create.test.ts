import assert from "node:assert/strict";
import { create } from "../../../provider/domain/create.js";
import { digest } from "../../../provider/domain/wanted.js";
import { FakeDomainHost, listener, OTHER, UUID, wanted, xml } from "./fake-domain-host.js";

const { tell } = listener();

describe("creating a domain", () => {
  it("defines it under a UUID of its own and starts it", async () => {
    const host = new FakeDomainHost();
    const made = await create(host, wanted(), tell);
    assert.deepEqual(host.did, ["define", "start"]);
    assert.match(made.uuid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(made, { name: "vm", uuid: made.uuid, xmlSha256: digest(xml("vm")) });
    assert.deepEqual(host.domains.get(made.uuid), { name: "vm", state: "running" });
  });

  it("keeps the UUID of the XML, and only does what is asked for", async () => {
    const host = new FakeDomainHost();
    const asked = wanted({ xml: xml("vm", `<uuid>${UUID}</uuid>`), running: false, autostart: false });
    assert.equal((await create(host, asked, tell)).uuid, UUID);
    assert.deepEqual(host.did, ["define", "autostart --disable"]);
  });

  const clashes: [what: string, xml: string, adopt: boolean, said: RegExp][] = [
    ["one of that name", xml("vm"), false, /a domain of that name already, .*251\. Nothing.* adopt: true\.$/],
    ["one of that name and UUID", xml("vm", `<uuid>${UUID}</uuid>`), false, /that name already/],
    ["another one of that name", xml("vm", `<uuid>${OTHER}</uuid>`), true, /another domain of that name/],
    ["one of that UUID", xml("new", `<uuid>${UUID}</uuid>`), true, /knows the UUID .*251 as domain "vm"/],
  ];
  for (const [what, text, adopt, said] of clashes) {
    it(`touches nothing where there is ${what}${adopt ? ", not even to adopt" : ""}`, async () => {
      const host = new FakeDomainHost().has(UUID, "vm", "running");
      await assert.rejects(create(host, wanted({ xml: text, adopt }), tell), {
        kind: "Conflict",
        message: said,
      });
      assert.deepEqual(host.did, []);
    });
  }

  it("takes an existing one over where adopt says so, under the UUID that it has", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    assert.equal((await create(host, wanted({ adopt: true }), tell)).uuid, UUID);
    assert.deepEqual(host.did, ["define"]);
  });

  it("undefines what could not be started, and deletes no NVRAM with it", async () => {
    const host = new FakeDomainHost().fail("start", "Unexpected", "no such disk");
    await assert.rejects(create(host, wanted(), tell), {
      message: 'Unable to start domain "vm": no such disk. vm was undefined again, so nothing is left of it.',
    });
    assert.deepEqual(host.did, ["define", "start", "undefine --keep-nvram"]);
  });

  it("says so where that does not work either", async () => {
    const host = new FakeDomainHost()
      .fail("start", "Unexpected")
      .fail("undefine --keep-nvram", "Busy", "held");
    await assert.rejects(create(host, wanted(), tell), {
      message: /vm is defined and could not be undefined again: held\. .* adopt: true, or undefine it\.$/,
    });
  });

  it("leaves one that may be starting", async () => {
    const host = new FakeDomainHost().fail("start", "Timeout", "too long");
    await assert.rejects(create(host, wanted(), tell), {
      message: /too long\. vm is defined, and may be starting: see virsh domstate /,
    });
    assert.deepEqual(host.did, ["define", "start"]);
  });

  it("leaves one that was taken over", async () => {
    const host = new FakeDomainHost().has(UUID, "vm").fail("start", "Unexpected");
    await assert.rejects(create(host, wanted({ adopt: true }), tell), {
      message: /has the new definition already/,
    });
    assert.ok(host.domains.has(UUID));
  });
});
