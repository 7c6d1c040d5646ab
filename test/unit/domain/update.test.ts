import assert from "node:assert/strict";
import { digest } from "../../../provider/domain/declaration.js";
import { updateDomain } from "../../../provider/domain/update.js";
import { info } from "../../../provider/hypervisor/notice.js";
import { declaration, FakeDomainHost, notices, OTHER, UUID, xml } from "./fake-domain-host.js";

const recorded = { name: "vm", uuid: UUID, xmlSha256: digest(xml("vm")) };
const howToReplace = "replace it";
const changed = declaration({ xml: xml("vm", "<title>t</title>") });

describe("updating a domain", () => {
  it("does not redefine it if the XML is unchanged", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    const { told, tell } = notices();
    const options = { tell, howToReplace };
    assert.deepEqual(await updateDomain(host, recorded, declaration({ autostart: true }), options), recorded);
    assert.deepEqual(host.did, ["autostart"]);
    assert.deepEqual(told, []);
  });

  it("redefines it under its own UUID, and says that a running domain uses that only from its next boot", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    const { told, tell } = notices();
    const updated = await updateDomain(host, recorded, changed, { tell, howToReplace });
    assert.deepEqual(updated, { ...recorded, xmlSha256: digest(changed.xml) });
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
      "a domain that was renamed",
      new FakeDomainHost().has(UUID, "x"),
      xml("vm"),
      "Conflict",
      /is now called "x"\. Nothing was changed\./,
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
});
