import assert from "node:assert/strict";
import { DynamicHost, PROVIDER_TEXT, UNKNOWN, type Diff, type Props } from "./dynamic-host.js";

const __provider = PROVIDER_TEXT;
const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const ID = `${UUID}/a`;
const INPUTS: Props = { __provider, domain: "debian12", name: "a" };
const OUTPUTS: Props = {
  ...INPUTS,
  schemaVersion: 1,
  domainUuid: UUID,
  domainName: "debian12",
  creationTime: "2027-01-15T08:00:01Z",
  state: "running",
  location: "internal",
  isCurrent: true,
  capturedDisks: [{ name: "vda", snapshot: "internal" }],
  capturedMemory: { snapshot: "internal" },
};

describe("check and diff of the real dynamic host", () => {
  let host: DynamicHost;
  // Without virsh: any call to it fails.
  before(async () => (host = await DynamicHost.start({ PATH: "/nonexistent" })));
  after(() => host.stop());
  beforeEach(() => host.told());

  const nothing: Diff = { changes: "DIFF_NONE", replaces: [], deleteBeforeReplace: false };
  const update: Diff = { ...nothing, changes: "DIFF_SOME" };
  const replace = (deleteBeforeReplace: boolean, ...replaces: string[]): Diff => ({
    changes: "DIFF_SOME",
    replaces,
    deleteBeforeReplace,
  });
  const diffs: [what: string, change: Props, expected: Diff][] = [
    ["nothing", {}, nothing],
    [
      "a default that is written explicitly",
      { diskOnly: false, revert: { triggers: [] }, timeoutSeconds: 600 },
      nothing,
    ],
    ["the domain, to its UUID", { domain: UUID }, nothing],
    ["the domain, to another", { domain: "other" }, replace(false, "domain")],
    ["the name", { name: "b" }, replace(false, "name")],
    ["the kind", { diskOnly: true }, replace(true, "diskOnly")],
    ["the kind and the name", { diskOnly: true, name: "b" }, replace(false, "name", "diskOnly")],
    ["the description", { description: "x" }, update],
    ["the URI", { uri: "qemu:///system" }, update],
    ["what is only recorded", { atomic: true }, update],
    ["the triggers", { revert: { triggers: ["x"] } }, update],
    ["the triggers, to something unknown", { revert: { triggers: [UNKNOWN] } }, update],
    ["the domain, to something unknown", { domain: UNKNOWN }, replace(false, "domain")],
  ];
  for (const [what, change, expected] of diffs) {
    it(`return the complete diff for a change of ${what}`, async () => {
      assert.deepEqual(await host.diff(ID, OUTPUTS, { ...INPUTS, ...change }), expected);
    });
  }

  it("report no change of the provider's text, whatever an older state contains", async () => {
    const olds = { ...OUTPUTS, __provider: "exports.handler = () => ({});".padEnd(5000) };
    assert.deepEqual(await host.diff(ID, olds, INPUTS), nothing);
  });

  it("refuse a revert together with a replacement, and report it once", async () => {
    const news = { ...INPUTS, name: "b", revert: { triggers: ["x"] } };
    await assert.rejects(host.diff(ID, OUTPUTS, news), {
      code: 2,
      details:
        'Unable to revert debian12 to snapshot "a" and replace that snapshot in one step: revert.triggers changed together with name, and the latter needs a new snapshot. Change one of them in one update, and the other in the next.',
    });
    assert.deepEqual(await host.told(), ["pulumi-virsh: see the error of the resource"]);
  });

  it("report every problem with its property, and print nothing", async () => {
    const { failures } = await host.check(
      {},
      { __provider, name: "a/b", revert: { triggers: "now", too: 1 }, disk: [] },
    );
    assert.deepEqual(
      failures.map(([property]) => property),
      ["domain", "name", "revert.triggers", "revert.too", "disk"],
    );
    for (const [property, reason] of failures) assert.ok(reason.startsWith(`${property}: `), reason);
    assert.deepEqual(await host.told(), []);
  });

  it("report once, in the preview of a create, that the host could not be checked", async () => {
    const fresh = await DynamicHost.start({ PATH: "/nonexistent" });
    try {
      const news = { ...INPUTS, __preview: true };
      for (const name of ["a", "b", "c"]) {
        const { inputs, failures } = await fresh.check({}, { ...news, name });
        assert.deepEqual([inputs, failures], [{ ...INPUTS, name }, []]);
      }
      assert.deepEqual(await fresh.told(), [
        "Snapshots and reverts were not checked against the host: virsh was not found.",
      ]);
    } finally {
      await fresh.stop();
    }
  });

  it("treat only empty olds as a create", async () => {
    const { inputs } = await host.check(INPUTS, { ...INPUTS, name: "d", __preview: true });
    assert.deepEqual(inputs, { ...INPUTS, name: "d" });
    assert.deepEqual(await host.told(), []);
  });

  it("check again with empty olds, as before a replacement", async () => {
    const first = await host.check(INPUTS, { ...INPUTS, name: "b" });
    const second = await host.check({}, { ...INPUTS, name: "b" });
    assert.deepEqual(second, first);
  });

  it("return nulls and line ends in the form that later diffs compare", async () => {
    const { inputs } = await host.check({}, { ...INPUTS, uri: null, description: "a\r\nb" });
    assert.deepEqual(inputs, { ...INPUTS, description: "a\nb" });
  });

  it("keep the provider's text short, because every state contains it", () => {
    assert.ok(__provider.length < 100);
  });
});
