import assert from "node:assert/strict";
import { updateDomain } from "../../../provider/domain/update.js";
import { definitionInForce } from "../../../provider/definition/in-force.js";
import { declaredDigest, withStamp } from "../../../provider/definition/stamp.js";
import { info } from "../../../provider/hypervisor/notice.js";
import { diskSources } from "../../../provider/xml/disk-source.js";
import { parseDocument } from "../../../provider/xml/document.js";
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

const recorded = recordOfVm();
const howToReplace = "replace it";
const changed = declaration({ xml: xml("vm", "<title>t</title>") });

const disk = (file: string, more = "") =>
  xml(
    "vm",
    `${more === "" ? "" : `<uuid>${UUID}</uuid>`}<devices><disk type="file" device="disk"><driver type="qcow2"/><source file="${file}"/><target dev="vda"/></disk></devices>`,
  );

describe("updating a domain", () => {
  it("does not redefine it if the XML is unchanged", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    const { told, tell } = notices();
    const options = { tell, howToReplace };
    assert.deepEqual(await updateDomain(host, recorded, declaration({ autostart: true }), options), {
      ...recorded,
      ...atTheEnd("running"),
    });
    assert.deepEqual(host.did, ["autostart"]);
    assert.deepEqual(told, []);
  });

  it("redefines it under its own UUID, and says that a running domain uses that only from its next boot", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    const { told, tell } = notices();
    const updated = await updateDomain(host, recorded, changed, { tell, howToReplace });
    assert.deepEqual(updated, { ...recordOfVm(changed.xml), ...atTheEnd("running") });
    assert.deepEqual(host.did, ["define"]);
    assert.deepEqual([...host.domains.keys()], [UUID]);
    assert.deepEqual(told, [info("vm keeps its old definition until its next boot.")]);
  });

  it("says nothing about a next boot if this update starts or stops the domain", async () => {
    for (const [state, running] of [
      ["shut off", true],
      ["running", false],
    ] as const) {
      const host = new FakeDomainHost().has(UUID, "vm", state);
      const { told, tell } = notices();
      await updateDomain(host, recorded, { ...changed, running }, { tell, howToReplace });
      assert.deepEqual(told, [], state);
    }
  });

  const refusals: [what: string, host: FakeDomainHost, text: string, kind: string, message: RegExp][] = [
    [
      "XML with another UUID",
      new FakeDomainHost().has(UUID, "vm"),
      xml("vm", `<uuid>${OTHER}</uuid>`),
      "Conflict",
      /xml has the UUID .*252, but this domain is .*251\. Nothing was changed\. .*, or replace it\.$/,
    ],
    [
      "a domain that no longer exists",
      new FakeDomainHost(),
      xml("vm"),
      "NotFound",
      /lists no domain .*251\. Nothing was changed\. .*, replace it to define it again\.$/,
    ],
    [
      "a domain whose name now belongs to another one",
      new FakeDomainHost().has(OTHER, "vm"),
      xml("vm"),
      "NotFound",
      /its name now belongs to another domain, .*252\. Nothing was changed\./,
    ],
    [
      "a name that another domain of the host has",
      new FakeDomainHost().has(UUID, "x").has(OTHER, "vm"),
      xml("vm"),
      "Conflict",
      /rename domain "x" to "vm": the host has another domain of that name, .*252\. Nothing was changed\./,
    ],
    [
      "to rename a domain that runs",
      new FakeDomainHost().has(UUID, "vm", "running"),
      xml("new"),
      "Conflict",
      /rename domain "vm" to "new": it is running, .*\. Nothing was changed\. Shut it down .*, replace it\.$/,
    ],
    [
      "to rename a domain with a managed-save image",
      new FakeDomainHost().has(UUID, "vm", "shut off", { saved: true }),
      xml("new"),
      "Conflict",
      /it has a managed-save image, .*\. Nothing was changed\. Start it, which resumes that image, and shut it down /,
    ],
    [
      "a disk that may be on an overlay over the declared image",
      new FakeDomainHost().has(UUID, "vm", "shut off", { xml: disk("/base.s1", "<uuid>") }),
      disk("/base"),
      "Conflict",
      /disk vda is on \/base\.s1, but xml says \/base, and whether .* could not be seen\. Nothing was changed\./,
    ],
  ];
  for (const [what, host, text, kind, message] of refusals) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const options = { tell: notices().tell, howToReplace };
      await assert.rejects(updateDomain(host, recorded, declaration({ xml: text }), options), {
        kind,
        message,
      });
      assert.deepEqual(host.did, []);
    });
  }

  it("renames it in place, and defines it under its new name", async () => {
    const host = new FakeDomainHost().has(UUID, "vm");
    const { told, tell } = notices();
    const declared = declaration({ xml: xml("new"), running: false });
    const updated = await updateDomain(host, recorded, declared, { tell, howToReplace });
    assert.deepEqual([updated.name, updated.uuid], ["new", UUID]);
    assert.deepEqual(host.did, ["rename to new", "define"]);
    assert.deepEqual(told, [info("vm is now called new.")]);
  });

  it("keeps the NVRAM of a domain that is renamed", async () => {
    const file = "/var/lib/libvirt/qemu/nvram/vm_VARS.fd";
    const os = (inside: string) => `<os><type>hvm</type>${inside}</os>`;
    const host = new FakeDomainHost().has(UUID, "vm", "shut off", {
      xml: xml("vm", `<uuid>${UUID}</uuid>${os(`<nvram>${file}</nvram>`)}`),
    });
    const declared = declaration({ xml: xml("new", os("")), running: false });
    await updateDomain(host, recorded, declared, { tell: notices().tell, howToReplace });
    assert.match(host.domains.get(UUID)?.xml ?? "", new RegExp(`<nvram>${file}</nvram>`));
  });

  const drifted: [what: string, host: string][] = [
    ["someone changed it on the host", xml("vm", `<title>theirs</title><uuid>${UUID}</uuid>`)],
    [
      "a define was cut off",
      withStamp(xml("vm", `<uuid>${UUID}</uuid>`), { id: "1", declared: declaredDigest(xml("vm")) }),
    ],
  ];
  for (const [what, text] of drifted) {
    it(`defines it again where ${what}, although the program did not change`, async () => {
      const host = new FakeDomainHost().has(UUID, "vm", "shut off", { xml: text });
      const options = { tell: notices().tell, howToReplace };
      await updateDomain(host, recorded, declaration({ running: false }), options);
      assert.deepEqual(host.did, ["define"]);
      assert.ok(definitionInForce(xml("vm"), host.domains.get(UUID)?.xml ?? "").inForce);
      await updateDomain(host, recorded, declaration({ running: false }), options);
      assert.deepEqual(host.did, ["define"]);
    });
  }

  it("defines a domain that someone undefined while it ran", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running", { persistent: false });
    await updateDomain(host, recorded, declaration(), { tell: notices().tell, howToReplace });
    assert.deepEqual(host.did, ["define"]);
    assert.ok(host.domains.get(UUID)?.persistent);
  });

  it("gives it its previous name and definition back if it fails", async () => {
    const host = new FakeDomainHost().has(UUID, "vm").fail("start", "Unexpected", "no such disk");
    const before = host.domains.get(UUID)?.xml;
    const declared = declaration({ xml: xml("new", "<title>t</title>") });
    await assert.rejects(updateDomain(host, recorded, declared, { tell: notices().tell, howToReplace }), {
      message: 'Unable to start domain "new": no such disk. vm has its previous definition again.',
    });
    assert.deepEqual(host.did, ["rename to new", "define", "start", "rename to vm", "define"]);
    assert.equal(host.domains.get(UUID)?.xml, before);
  });

  it("does not restore what someone else changed meanwhile, or what may still be applied", async () => {
    const cases = [
      ["Unexpected", /Someone else changed vm meanwhile, so it stays as it is now\./],
      ["Timeout", /vm may have its new definition by now\. The next update compares it with the host\.$/],
    ] as const;
    for (const [kind, message] of cases) {
      const host = new FakeDomainHost().has(UUID, "vm").fail("start", kind);
      host.onFailure = () => host.has(UUID, "vm");
      await assert.rejects(updateDomain(host, recorded, changed, { tell: notices().tell, howToReplace }), {
        message,
      });
      assert.deepEqual(host.did, ["define", "start"]);
    }
  });

  it("says that a managed-save image continues with the old definition", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "shut off", { saved: true });
    const { told, tell } = notices();
    await updateDomain(host, recorded, changed, { tell, howToReplace });
    assert.match(
      told[0]?.text ?? "",
      /^vm has a managed-save image, so it continues with its old definition\. /,
    );
  });
});

describe("updating a domain whose disk is on another source than the XML says", () => {
  const stays = /^Disk vda of vm stays on \/base\.s1, the overlay that a snapshot put on \/base: /;
  const moves = /^Disk vda of vm moves from \/base\.s1 to \/base\.$/;
  const evidence: [what: string, see: (host: FakeDomainHost) => void, told: RegExp, source: string][] = [
    [
      "keeps an overlay that its definition knows",
      (host) => {
        const known =
          '<source file="/base.s1"/><backingStore type="file"><source file="/base"/></backingStore>';
        host.has(UUID, "vm", "shut off", {
          xml: disk("/base.s1", "<uuid>").replace('<source file="/base.s1"/>', known),
        });
      },
      stays,
      "/base.s1",
    ],
    [
      "keeps an overlay that a snapshot knows, through another one",
      (host) => {
        host.snapshots = ["a", "b"];
        const snapshot = (overlay: string, image: string) =>
          `<domainsnapshot><disks><disk name="vda" snapshot="external"><source file="${overlay}"/></disk></disks>${disk(image)}</domainsnapshot>`;
        host.snapshotXmls.set("a", snapshot("/base.s0", "/base")).set("b", snapshot("/base.s1", "/base.s0"));
      },
      stays,
      "/base.s1",
    ],
    [
      "keeps an overlay that the images show",
      (host) => host.images.set("/base.s1", ["/real.s1", "/real"]).set("/base", ["/real"]),
      stays,
      "/base.s1",
    ],
    [
      "takes the source of the XML if the images show that the other one is no overlay over it",
      (host) => host.images.set("/base.s1", ["/base.s1"]).set("/base", ["/base"]),
      moves,
      "/base",
    ],
  ];
  for (const [what, see, line, source] of evidence) {
    it(what, async () => {
      const host = new FakeDomainHost().has(UUID, "vm", "shut off", { xml: disk("/base.s1", "<uuid>") });
      see(host);
      const { told, tell } = notices();
      const declared = declaration({ xml: disk("/base"), running: false });
      await updateDomain(host, recorded, declared, { tell, howToReplace });
      assert.match(told[0]?.text ?? "", line);
      const [now] = diskSources(parseDocument(host.domains.get(UUID)?.xml ?? "", "domain"));
      assert.equal(now?.source, source);
    });
  }

  it("takes the source of the XML if the program itself put the disk where it is", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "shut off", { xml: disk("/old", "<uuid>") });
    const { told, tell } = notices();
    const before = { ...recorded, disks: { vda: "/old" } };
    const declared = declaration({ xml: disk("/new"), running: false });
    await updateDomain(host, before, declared, { tell, howToReplace });
    assert.deepEqual(told, []);
    assert.match(host.domains.get(UUID)?.xml ?? "", /file="\/new"/);
  });
});
