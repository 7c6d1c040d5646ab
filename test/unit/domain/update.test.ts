import assert from "node:assert/strict";
import { update } from "../../../provider/domain/update.js";
import { digest } from "../../../provider/domain/wanted.js";
import { FakeDomainHost, listener, OTHER, UUID, wanted, xml } from "./fake-domain-host.js";

const previous = { name: "vm", uuid: UUID, xmlSha256: digest(xml("vm")) };

describe("updating a domain", () => {
  it("defines it anew only where the XML changed, under its own UUID", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    const { told, tell } = listener();
    await update(host, previous, wanted({ autostart: true }), tell);
    assert.deepEqual(host.did, ["autostart"]);
    const changed = wanted({ xml: xml("vm", "<title>t</title>") });
    assert.deepEqual(await update(host, previous, changed, tell), {
      ...previous,
      xmlSha256: digest(changed.xml),
    });
    assert.deepEqual([...host.domains.keys()], [UUID]);
    assert.deepEqual(told, ["vm runs on with its old definition until its next boot."]);
  });

  it("starts what is off and stops what runs, as asked, and leaves a paused one that is to run", async () => {
    const cases = [
      ["shut off", true, ["start"]],
      ["running", true, []],
      ["paused", true, []],
      ["running", false, ["destroy"]],
      ["shut off", false, []],
    ] as const;
    for (const [state, running, did] of cases) {
      const host = new FakeDomainHost().has(UUID, "vm", state);
      await update(host, previous, wanted({ running }), listener().tell);
      assert.deepEqual(host.did, did, `${state}, running: ${running}`);
    }
  });

  const refusals: [what: string, host: FakeDomainHost, text: string, kind: string, said: RegExp][] = [
    [
      "another UUID",
      new FakeDomainHost().has(UUID, "vm"),
      xml("vm", `<uuid>${OTHER}</uuid>`),
      "Conflict",
      /has the UUID/,
    ],
    [
      "one that is gone",
      new FakeDomainHost(),
      xml("vm"),
      "NotFound",
      /lists no domain .*251\. Nothing was changed/,
    ],
    [
      "another one's name",
      new FakeDomainHost().has(OTHER, "vm"),
      xml("vm"),
      "NotFound",
      /belongs to another one/,
    ],
    [
      "one that was renamed",
      new FakeDomainHost().has(UUID, "x"),
      xml("vm"),
      "Conflict",
      /is called "x" by now/,
    ],
  ];
  for (const [what, host, text, kind, message] of refusals) {
    it(`refuses ${what}, and touches nothing`, async () => {
      await assert.rejects(update(host, previous, wanted({ xml: text }), listener().tell), { kind, message });
      assert.deepEqual(host.did, []);
    });
  }
});
