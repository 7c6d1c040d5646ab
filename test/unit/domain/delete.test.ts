import assert from "node:assert/strict";
import { deleteDomain } from "../../../provider/domain/delete.js";
import { VirshError } from "../../../provider/errors.js";
import { warning } from "../../../provider/hypervisor/notice.js";
import { FakeDomainHost, notices, OTHER, UUID } from "./fake-domain-host.js";

const domain = { name: "vm", uuid: UUID };

describe("deleting a domain", () => {
  it("shuts the guest down, then undefines the domain with its NVRAM", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    await deleteDomain(host, domain, 60, notices().tell);
    assert.deepEqual(host.did, ["shutdown", "undefine --nvram"]);
  });

  it("refuses a domain with snapshots or checkpoints, names them, and changes nothing", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.snapshots = ["a b"];
    host.checkpoints = Array.from({ length: 12 }, (_, index) => `c${index}`);
    await assert.rejects(deleteDomain(host, domain, 60, notices().tell), {
      kind: "Conflict",
      message:
        /it still has the snapshot "a b" and the checkpoints "c0", .*"c9" and 2 more, which .* Nothing was changed\./,
    });
    assert.deepEqual(host.did, []);
  });

  it("succeeds if the domain no longer exists", async () => {
    const { told, tell } = notices();
    await deleteDomain(new FakeDomainHost(), domain, 60, tell);
    assert.deepEqual(told, []);
  });

  it("succeeds if someone deletes the domain meanwhile", async () => {
    for (const verb of ["snapshot-list", "shutdown", "undefine --nvram"]) {
      const host = new FakeDomainHost().has(UUID, "vm", "running").fail(verb, "NotFound");
      host.onFailure = () => host.domains.clear();
      await deleteDomain(host, domain, 60, notices().tell);
    }
  });

  it("leaves another domain of the same name alone, with a warning", async () => {
    const { told, tell } = notices();
    const host = new FakeDomainHost().has(OTHER, "vm", "running");
    await deleteDomain(host, domain, 60, tell);
    assert.deepEqual(host.did, []);
    assert.deepEqual(told, [
      warning(`vm is now another domain, ${OTHER} instead of ${UUID}. It is left as it is.`),
    ]);
  });

  it("fails if the list of domains cannot be read, whatever the kind of the error", async () => {
    for (const kind of ["Unreachable", "NotFound"] as const) {
      const host = new FakeDomainHost().fail("list", kind);
      await assert.rejects(deleteDomain(host, domain, 60, notices().tell), { kind });
    }
  });

  it("fails if the domain cannot be stopped, and does not undefine it", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running").fail("destroy", "Busy", "held");
    await assert.rejects(deleteDomain(host, domain, 0, notices().tell), (error) => {
      assert.ok(error instanceof VirshError);
      assert.equal(error.message, 'Unable to stop domain "vm": held.');
      return true;
    });
    assert.deepEqual(host.did, ["destroy"]);
  });

  it("does not report success where someone started it in the moment in which it was undefined", async () => {
    const host = new FakeDomainHost().has(UUID, "vm");
    host.undefineDomain = (uuid, options) => {
      host.has(UUID, "vm", "running");
      return FakeDomainHost.prototype.undefineDomain.call(host, uuid, options);
    };
    await assert.rejects(deleteDomain(host, domain, 0, notices().tell), {
      kind: "Conflict",
      message:
        /delete domain "vm": someone else started it while it was undefined, and it is running\. Run the delete again/,
    });
    const again = notices();
    await deleteDomain(host, domain, 0, again.tell);
    assert.deepEqual(host.did, ["undefine --nvram", "destroy"]);
    assert.equal(host.domains.size, 0);
  });

  it("stops it again if someone started it since it was stopped", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    let times = 0;
    host.after("shutdown", () => {
      times += 1;
      if (times === 1)
        host.onNext("dumpxml", () => host.domains.forEach((known) => (known.state = "running")));
    });
    await deleteDomain(host, domain, 60, notices().tell);
    assert.deepEqual(host.did, ["shutdown", "shutdown", "undefine --nvram"]);
  });

  const generated = "/var/lib/libvirt/qemu/nvram/vm_VARS.fd";
  const firmware = (file: string) => ({
    xml: `<domain><name>vm</name><os><nvram>${file}</nvram></os></domain>`,
  });
  const nvrams: [
    what: string,
    file: string,
    recorded: "declared" | "generated" | undefined,
    kept: RegExp | undefined,
  ][] = [
    ["deletes the NVRAM that libvirt generated", generated, "generated", undefined],
    [
      "deletes it under the domain's name of before",
      generated.replace("vm_", "old_"),
      "generated",
      undefined,
    ],
    ["deletes it where an earlier version defined the domain", generated, undefined, undefined],
    ["keeps NVRAM that the XML names", generated, "declared", /is kept: the XML names it\.$/],
    [
      "keeps NVRAM that libvirt did not generate",
      "/mine/vm_VARS.fd",
      undefined,
      /did not generate it for this domain/,
    ],
    [
      "keeps NVRAM of another name, of an earlier version",
      generated.replace("vm_", "x_"),
      undefined,
      /did not generate/,
    ],
  ];
  for (const [what, file, nvram, kept] of nvrams) {
    it(what, async () => {
      const host = new FakeDomainHost().has(UUID, "vm", "shut off", firmware(file));
      const { told, tell } = notices();
      await deleteDomain(host, { ...domain, nvram }, 0, tell);
      assert.deepEqual(host.did, [kept === undefined ? "undefine --nvram" : "undefine --keep-nvram"]);
      assert.match(told.map(({ text }) => text).join(), kept ?? /^$/);
    });
  }

  it("is not misled by another domain that is undefined while its NVRAM is looked at", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "shut off", firmware(generated));
    const listed = host.listDomains.bind(host);
    // The list still had it.
    host.listDomains = async () =>
      host.did.length > 0 ? listed() : [...(await listed()), { uuid: OTHER, name: "clone" }];
    await deleteDomain(host, { ...domain, nvram: "generated" }, 0, notices().tell);
    assert.deepEqual(host.did, ["undefine --nvram"]);
  });

  it("keeps NVRAM that another domain uses", async () => {
    const host = new FakeDomainHost()
      .has(UUID, "vm", "shut off", firmware(generated))
      .has(OTHER, "clone", "shut off", firmware(generated));
    const { told, tell } = notices();
    await deleteDomain(host, { ...domain, nvram: "generated" }, 0, tell);
    assert.deepEqual(host.did, ["undefine --keep-nvram"]);
    assert.match(told[0]?.text ?? "", /^The NVRAM of vm, .*, is kept: "clone" uses it, too\.$/);
  });
});
