import assert from "node:assert/strict";
import { withStamp } from "../../../provider/definition/stamp.js";
import { isVirshError, VirshError } from "../../../provider/errors.js";
import { createDomain } from "../../../provider/domain/create.js";
import {
  atTheEnd,
  declaration,
  FakeDomainHost,
  notices,
  OTHER,
  recordOfVm,
  UUID,
  xml,
} from "./fake-domain-host.js";

const { tell } = notices();

describe("creating a domain", () => {
  it("defines it under a new UUID and starts it", async () => {
    const host = new FakeDomainHost();
    const created = await createDomain(host, declaration(), tell);
    assert.deepEqual(host.did, ["define", "start"]);
    assert.match(created.uuid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(created, { ...recordOfVm(xml("vm"), created.uuid), ...atTheEnd("running") });
    assert.equal(host.domains.get(created.uuid)?.state, "running");
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
    host.domainState = (uuid) => {
      host.domainState = (asked) => FakeDomainHost.prototype.domainState.call(host, asked);
      return uuid === "" ? Promise.resolve("no state") : Promise.reject(error);
    };
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

  it("gives an adopted domain that cannot be started its definition back", async () => {
    const host = new FakeDomainHost().has(UUID, "vm").fail("start", "Unexpected");
    const declared = declaration({ adopt: true, xml: xml("vm", "<title>ours</title>") });
    await assert.rejects(createDomain(host, declared, tell), {
      message: 'Unable to start domain "vm": no. vm has its previous definition again.',
    });
    assert.doesNotMatch(host.domains.get(UUID)?.xml ?? "", /ours/);
  });

  it("accepts a domain that someone else started between its define and its start", async () => {
    const host = new FakeDomainHost().fail("start", "Unexpected", "Domain is already active");
    host.onFailure = () => host.domains.forEach((domain) => (domain.state = "running"));
    assert.equal((await createDomain(host, declaration(), tell)).running, true);
    assert.deepEqual(host.did, ["define", "start"]);
  });

  it("never undefines a domain that is active, or one that someone else defined meanwhile", async () => {
    const cases: [what: string, act: (host: FakeDomainHost) => void, message: RegExp][] = [
      [
        "active",
        (host) => host.domains.forEach((domain) => (domain.state = "running")),
        /it is running because someone else started it, so it stays\./,
      ],
      [
        "another one",
        (host) => host.domains.forEach((domain) => (domain.xml = xml("vm", `<uuid>${UUID}</uuid>`))),
        /not provably by this create, so it stays as it is\./,
      ],
    ];
    for (const [what, act, message] of cases) {
      const host = new FakeDomainHost().fail("autostart", "Unexpected");
      const setAutostart = (uuid: string, on: boolean) => {
        act(host);
        return FakeDomainHost.prototype.setAutostart.call(host, uuid, on);
      };
      Object.assign(host, { setAutostart });
      await assert.rejects(createDomain(host, declaration({ autostart: true }), tell), { message });
      assert.deepEqual(host.did, ["define", "autostart"], what);
    }
  });

  it("defines a domain again that someone starts in the moment in which it is undefined", async () => {
    const host = new FakeDomainHost().fail("start", "Unexpected", "no such disk");
    host.undefineDomain = (uuid, options) => {
      host.domains.forEach((domain) => (domain.state = "running"));
      return FakeDomainHost.prototype.undefineDomain.call(host, uuid, options);
    };
    await assert.rejects(createDomain(host, declaration(), tell), {
      message: /no such disk\. vm is defined and running, because someone else started it\. /,
    });
    assert.deepEqual(host.did, ["define", "start", "undefine --keep-nvram", "define"]);
    assert.ok([...host.domains.values()][0]?.persistent);
  });

  it("looks again right before the define: libvirt would redefine a domain with this name and UUID", async () => {
    const host = new FakeDomainHost();
    host.listDomains = () => {
      host.listDomains = () => FakeDomainHost.prototype.listDomains.call(host);
      const before = host.listDomains();
      host.has(UUID, "vm");
      return before;
    };
    const declared = declaration({ xml: xml("vm", `<uuid>${UUID}</uuid>`) });
    await assert.rejects(createDomain(host, declared, tell), {
      message: /already has a domain of that name/,
    });
    assert.deepEqual(host.did, []);
  });

  it("does not claim a domain that someone else defined at the same moment", async () => {
    const host = new FakeDomainHost();
    host.after("define", () => {
      const theirs = { id: "theirs", declared: "" };
      host.domains.forEach((domain) => (domain.xml = withStamp(domain.xml, theirs)));
    });
    await assert.rejects(createDomain(host, declaration(), tell), {
      kind: "Conflict",
      message:
        /someone else defined "vm" at the same moment\. vm is defined, but not provably by this create/,
    });
    assert.deepEqual(host.did, ["define"]);
  });
});
