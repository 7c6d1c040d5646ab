import assert from "node:assert/strict";
import { diffDomain, type DomainChange } from "../../../provider/domain/diff.js";
import type { DomainInputs } from "../../../provider/domain/inputs.js";
import { importDomain, readDomain } from "../../../provider/domain/read.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { OTHER, UUID } from "./fake-domain-host.js";
import { created, editOnHost, vm } from "./known-vm.js";

const update = (path: string, from: "declared" | "host"): DomainChange => ({ path, kind: "update", from });

describe("the diff of a domain", () => {
  it("is empty after a create, with the same inputs", async () => {
    const { known, declared } = await created();
    const diff = diffDomain(known, { before: declared, now: declared, ignored: [] });
    assert.deepEqual(diff, { changes: [], defines: false });
  });

  const edits: [what: string, now: Partial<DomainInputs>, changes: DomainChange[], defines: boolean][] = [
    ["another title", { xml: vm("<title>t</title>") }, [update("xml", "declared")], true],
    ["another name", { xml: vm("", "other") }, [update("xml", "declared")], true],
    ["the same XML in another form", { xml: vm("\n  <!-- mine -->\n") }, [], false],
    [
      "another UUID",
      { xml: vm(`<uuid>${OTHER}</uuid>`) },
      [{ path: "xml", kind: "replace", from: "declared" }],
      false,
    ],
    ["XML that is not known yet", { xml: UNKNOWN }, [update("xml", "declared")], false],
    ["a domain that is to be off", { running: false }, [update("running", "host")], false],
    ["autostart", { autostart: true }, [update("autostart", "host")], false],
    ["autostart as it is", { autostart: false }, [], false],
    [
      "another time limit",
      { shutdownTimeoutSeconds: 5 },
      [update("shutdownTimeoutSeconds", "declared")],
      false,
    ],
    ["defaults that are written down", { adopt: false, validate: false }, [], false],
    ["another URI", { uri: "qemu:///system" }, [update("uri", "declared")], false],
  ];
  for (const [what, now, changes, defines] of edits) {
    it(`shows ${changes.length === 0 ? "nothing for" : ""} ${what}`, async () => {
      const { known, declared } = await created();
      const inputs = { ...declared, ...now };
      assert.deepEqual(diffDomain(known, { before: declared, now: inputs, ignored: [] }), {
        changes,
        defines,
      });
    });
  }

  it("shows another text for what an older engine does not say the former inputs of", async () => {
    const { known, declared } = await created();
    const now = { ...declared, xml: vm("<title>t</title>") };
    assert.deepEqual(diffDomain(known, { before: undefined, now, ignored: [] }).defines, true);
    assert.deepEqual(diffDomain(known, { before: undefined, now: declared, ignored: [] }).changes, []);
  });

  type Act = (host: Awaited<ReturnType<typeof created>>["host"]) => unknown;
  const drift: [what: string, act: Act, changes: DomainChange[], defines: boolean][] = [
    [
      "changed the definition",
      (host) => {
        editOnHost(host, "<memory>65536", "<memory>131072");
      },
      [update("xml", "host")],
      true,
    ],
    [
      "added what no summary names",
      (host) => {
        editOnHost(host, "</domain>", "<cputune><shares>1</shares></cputune></domain>");
      },
      [update("xml", "host")],
      true,
    ],
    ["renamed it", (host) => host.renameDomain(UUID, "theirs"), [update("xml", "host")], false],
    ["stopped it", (host) => host.destroyDomain(UUID), [update("running", "host")], false],
    [
      "undefined it while it runs",
      (host) => host.undefineDomain(UUID, { nvram: false }),
      [update("xml", "host")],
      true,
    ],
    [
      "noted something in its metadata",
      (host) => {
        editOnHost(host, "<metadata>", "<metadata><b:backup xmlns:b='urn:b'>Monday</b:backup>");
      },
      [],
      false,
    ],
  ];
  for (const [what, act, changes, defines] of drift) {
    it(`shows ${changes.length === 0 ? "nothing" : "an update"} after someone ${what}`, async () => {
      const { host, known, declared } = await created();
      await act(host);
      const found = await readDomain(host, known, declared);
      assert.ok("known" in found);
      const same = { before: declared, now: declared };
      assert.deepEqual(diffDomain(found.known, { ...same, ignored: [] }), { changes, defines });
      const ignored = ["xml", "running"];
      assert.deepEqual(diffDomain(found.known, { ...same, ignored }).changes, []);
      assert.deepEqual(diffDomain(found.known, { ...same, ignored: ["*"] }).changes, []);
    });
  }

  it("is empty after an import, and with the person's own text", async () => {
    const { host } = await created();
    const { known, inputs } = await importDomain(host, "vm", {}, undefined);
    const own = { xml: vm(), running: true };
    for (const now of [inputs, own]) {
      assert.deepEqual(diffDomain(known, { before: inputs, now, ignored: [] }).changes, []);
    }
  });
});
