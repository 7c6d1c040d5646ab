import assert from "node:assert/strict";
import {
  creationTime,
  diskOf,
  guest,
  hostBehind,
  imageDate,
  inGuest,
  lab,
  snapshotsOf,
  snapshotXml,
  type Guest,
} from "../live/support/host.js";
import { DynamicHost, PROVIDER_TEXT, UNKNOWN, type Props } from "./dynamic-host.js";

const __provider = PROVIDER_TEXT;
const TOKEN = { triggers: ["first"] };

describe("the life cycle of a snapshot through the real dynamic host", () => {
  let host: DynamicHost;
  let domain: Guest;
  before(async () => {
    [host, domain] = await Promise.all([DynamicHost.start(), guest()]);
  });
  after(() => host.stop());

  /** Steps of one life cycle: each continues where the one before it ended. */
  let id: string;
  let inputs: Props;
  let outputs: Props;

  it("previews a create with check alone, and accepts unknown values", async () => {
    const news = { __provider, domain: UNKNOWN, name: "instantánea1", revert: UNKNOWN };
    assert.deepEqual(await host.check({}, news), { inputs: news, failures: [] });
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("checks the inputs, and returns them without nulls and with the provider's text", async () => {
    const news = {
      __provider,
      domain: domain.name,
      name: "instantánea1",
      description: "Creada carpeta\r\nimportante",
      atomic: true,
      diskOnly: null,
      revert: TOKEN,
    };
    const checked = await host.check({}, news);
    const { diskOnly: _null, ...present } = news;
    assert.deepEqual(checked, {
      inputs: { ...present, description: "Creada carpeta\nimportante" },
      failures: [],
    });
    inputs = checked.inputs;
  });

  it("creates the snapshot, and returns every input and what was read back, with the provider's text", async () => {
    await inGuest(domain.name, "mkdir /data/importante; kept=before");
    const created = await host.create(inputs);
    assert.equal(created.id, `${domain.uuid}/instantánea1`);
    assert.deepEqual(created.outputs, {
      ...inputs,
      schemaVersion: 1,
      domainUuid: domain.uuid,
      domainName: domain.name,
      host: await hostBehind(),
      creationTime: await creationTime(domain, "instantánea1"),
      state: "running",
      location: "internal",
      isCurrent: true,
      capturedDisks: [
        { name: "vda", snapshot: "internal", ...(await imageDate(await diskOf(domain), "instantánea1")) },
      ],
      capturedMemory: { snapshot: "internal" },
      consistency: "memory",
    });
    ({ id, outputs } = created);
  });

  it("shows no change for the same program", async () => {
    const checked = await host.check(inputs, inputs);
    assert.deepEqual(checked, { inputs, failures: [] });
    assert.deepEqual(await host.diff(id, outputs, checked.inputs), {
      changes: "DIFF_NONE",
      replaces: [],
      deleteBeforeReplace: false,
    });
    assert.deepEqual(await host.told(), []);
  });

  it("reads the state that create returned, so a refresh shows nothing", async () => {
    assert.deepEqual(await host.read(id, outputs), { id, outputs, inputs });
    assert.equal((await host.diff(id, outputs, inputs)).changes, "DIFF_NONE");
  });

  it("previews a revert as an update, with one line per diff", async () => {
    inputs = { ...inputs, description: "Vuelta", revert: { triggers: ["second"] } };
    const { inputs: news } = await host.check(outputs, inputs);
    const expected = { changes: "DIFF_SOME", replaces: [], deleteBeforeReplace: false };
    const line =
      `${domain.name} will go back to snapshot "instantánea1", taken ${await creationTime(domain, "instantánea1")}: ` +
      "everything since then, on disk and in memory, is discarded.";
    assert.deepEqual(await host.diff(id, outputs, news), expected);
    assert.deepEqual(await host.told(), [line]);
    assert.deepEqual(await host.diff(id, outputs, news), expected);
    assert.deepEqual(await host.told(), [line]);
  });

  it("leaves that line to the revert during an update", async () => {
    const { inputs: news } = await host.check(outputs, { ...inputs, __preview: false });
    assert.equal((await host.diff(id, outputs, news)).changes, "DIFF_SOME");
    assert.deepEqual(await host.told(), []);
  });

  it("reverts, and edits the description in place", async () => {
    await inGuest(domain.name, "rmdir /data/importante; kept=after");
    const updated = await host.update(id, outputs, inputs);
    assert.match((await host.told()).join("\n"), / will go back to snapshot "instantánea1", taken /);
    const lastRevert = updated["lastRevert"] as { at: string; triggers: string[] };
    assert.deepEqual(updated, { ...outputs, ...inputs, lastRevert });
    assert.deepEqual(lastRevert.triggers, ["second"]);
    assert.ok(Math.abs(Date.now() - Date.parse(lastRevert.at)) < 60_000, lastRevert.at);
    assert.equal(
      await inGuest(domain.name, 'ls -d /data/importante; echo "$kept"'),
      "/data/importante\nbefore",
    );
    assert.match(await snapshotXml(domain, "instantánea1"), /<description>Vuelta<\/description>/);
    outputs = updated;
    assert.equal((await host.diff(id, outputs, inputs)).changes, "DIFF_NONE");
  });

  it("refuses a second revert of the domain in the same run and process", async () => {
    const again = { ...inputs, revert: { triggers: ["third"] } };
    await assert.rejects(
      host.update(id, outputs, again),
      /this run has already reverted the domain to snapshot "instantánea1"/,
    );
  });

  it("records inputs that only later operations use", async () => {
    const news = { ...inputs, timeoutSeconds: 60, revert: {} };
    assert.equal((await host.diff(id, outputs, news)).changes, "DIFF_SOME");
    outputs = await host.update(id, outputs, news);
    inputs = news;
    assert.deepEqual([outputs["timeoutSeconds"], outputs["revert"]], [60, {}]);
    assert.equal((await host.diff(id, outputs, inputs)).changes, "DIFF_NONE");
  });

  it("finds the same snapshot through another URI before it records that URI", async () => {
    const news = { ...inputs, uri: lab("LIBVIRT_DEFAULT_URI") };
    assert.equal((await host.diff(id, outputs, news)).changes, "DIFF_SOME");
    outputs = await host.update(id, outputs, news);
    assert.equal(outputs["uri"], news.uri);
    await assert.rejects(
      host.update(id, outputs, { ...inputs, uri: "test:///default" }),
      /Unable to find snapshot "instantánea1" of guest-\S+ at test:\/\/\/default: domain .* is gone from the host/,
    );
  });

  it("deletes the snapshot, and succeeds a second time", async () => {
    await host.delete(id, outputs);
    assert.deepEqual(await snapshotsOf(domain), []);
    await host.delete(id, outputs);
  });

  it("returns an empty id for a deleted snapshot, and prints one line about it", async () => {
    await host.told();
    assert.equal((await host.read(id, outputs)).id, "");
    assert.deepEqual(await host.told(), [
      `snapshot "instantánea1" of ${domain.name} was deleted outside of this program. The next update takes a new snapshot, of the state that the domain has then.`,
    ]);
  });
});
