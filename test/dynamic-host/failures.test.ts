import assert from "node:assert/strict";
import { guest, hostBehind, snapshotsOf, virsh, type Guest } from "../live/support/host.js";
import { VirshStandIn } from "../live/support/stand-in.js";
import { DynamicHost, initFailure, PROVIDER_TEXT, type InitFailure, type Props } from "./dynamic-host.js";

const __provider = PROVIDER_TEXT;

/** The error of a call: its message and what it asks the engine to save. */
async function failureOf(
  running: Promise<unknown>,
): Promise<{ message: string; saved: InitFailure | undefined }> {
  try {
    await running;
  } catch (error) {
    const { details, code } = error as { details: string; code: number };
    assert.equal(code, 2, "the engine knows these errors by the code UNKNOWN");
    return { message: details, saved: initFailure(error) };
  }
  return assert.fail("it did not fail");
}

describe("failures that the real dynamic host reports to the engine", () => {
  let host: DynamicHost;
  let standIn: VirshStandIn;
  let domain: Guest;
  before(async () => {
    standIn = await VirshStandIn.make();
    [host, domain] = await Promise.all([DynamicHost.start(standIn.env), guest()]);
  });
  after(async () => {
    await host.stop();
    await standIn.close();
  });
  afterEach(async () => {
    await standIn.allow();
    for (const name of await snapshotsOf(domain))
      await virsh("snapshot-delete", `--domain=${domain.uuid}`, `--snapshotname=${name}`);
    await host.told();
  });

  const inputsOf = (name: string): Props => ({ __provider, domain: domain.name, name });
  /** virsh's message when the daemon goes away. */
  const AWAY = "End of file while reading data: Input/output error";
  const GONE = `${AWAY}.`;
  const LOOK = "The host may or may not have done it: check the domain before you try again.";

  it("of a create that did nothing save nothing", async () => {
    const { message, saved } = await failureOf(host.create({ ...inputsOf("a"), domain: "nosuchdomain" }));
    assert.match(
      message,
      /^Unable to find domain "nosuchdomain": the host lists no domain of that name or UUID\. It lists .*\. Check domain and uri\.$/,
    );
    assert.equal(saved, undefined);
    assert.deepEqual(await host.told(), []);
  });

  it("of a state of a newer version name both versions, and change nothing", async () => {
    const { id, outputs } = await host.create(inputsOf("newer"));
    const newer = { ...outputs, schemaVersion: 2 };
    const inputs = inputsOf("newer");
    const calls = [
      () => host.diff(id, newer, inputs),
      () => host.read(id, newer),
      () => host.update(id, newer, { ...inputs, description: "changed" }),
      () => host.delete(id, newer),
    ];
    for (const call of calls) {
      const { message } = await failureOf(call());
      assert.match(
        message,
        /^Unable to read the state of snapshot "newer": it has schema version 2, and this version of the package reads schema versions up to 1\. Nothing was changed\. Install the version /,
      );
    }
    assert.deepEqual(await snapshotsOf(domain), ["newer"]);
    assert.doesNotMatch(await virsh("snapshot-dumpxml", domain.uuid, "newer"), /changed/);
  });

  it("of a create that could not read the snapshot back save the snapshot, and the next update completes it", async () => {
    await standIn.refuse("snapshot-dumpxml", AWAY);
    const inputs = inputsOf("half");
    const { message, saved } = await failureOf(host.create(inputs));
    const reason =
      `Snapshot "half" of ${domain.name} was taken, but could not be read back: Unable to read snapshot "half" of ` +
      `domain ${domain.uuid}: ${GONE} ${LOOK} It is kept in the state; the next update completes it.`;
    const properties = {
      ...inputs,
      schemaVersion: 1,
      domainUuid: domain.uuid,
      domainName: domain.name,
      host: await hostBehind(),
    };
    assert.deepEqual(saved, { id: `${domain.uuid}/half`, properties, reasons: [reason] });
    assert.equal(message, reason);
    assert.deepEqual(await snapshotsOf(domain), ["half"]);

    await standIn.allow();
    // The engine first requests a diff, and then an update in any case.
    assert.equal((await host.diff(saved.id, saved.properties, inputs)).changes, "DIFF_NONE");
    const outputs = await host.update(saved.id, saved.properties, inputs);
    assert.deepEqual((await host.read(saved.id, outputs)).outputs, outputs);
    assert.equal(outputs["state"], "running");
  });

  it("of a create that could not read the snapshot back save enough to delete it", async () => {
    await standIn.refuse("snapshot-dumpxml", AWAY);
    const { saved } = await failureOf(host.create(inputsOf("half")));
    await standIn.allow();
    assert.ok(saved !== undefined);
    await host.delete(saved.id, saved.properties);
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("of a revert that could not be read back save that it was done", async () => {
    const { id, outputs } = await host.create(inputsOf("a"));
    await standIn.refuse("snapshot-current", AWAY, "snapshot-revert");
    const news = { ...inputsOf("a"), revert: { triggers: ["now"] } };
    const { message, saved } = await failureOf(host.update(id, outputs, news));
    assert.equal(
      message,
      `${domain.name} went back to snapshot "a", but it could not be read back: Unable to list the domains: ` +
        `${GONE} ${LOOK} The revert will not be done again.`,
    );
    assert.deepEqual(saved?.properties, {
      ...outputs,
      ...news,
      lastRevert: { ...(saved?.properties["lastRevert"] as object), triggers: ["now"] },
    });
    assert.equal((await host.diff(id, saved.properties, news)).changes, "DIFF_NONE");
  });

  it("of an update that did nothing save nothing, so the old state stays", async () => {
    const { id, outputs } = await host.create(inputsOf("a"));
    await virsh("snapshot-delete", `--domain=${domain.uuid}`, "--snapshotname=a");
    const { message, saved } = await failureOf(
      host.update(id, outputs, { ...inputsOf("a"), description: "x" }),
    );
    assert.match(
      message,
      /^Unable to edit the description of snapshot "a" of guest-\S+: Domain snapshot not found/,
    );
    assert.equal(saved, undefined);
  });

  it("of a read on an unreachable host are errors, and never report an absence", async () => {
    const { id, outputs } = await host.create(inputsOf("a"));
    for (const command of ["list", "snapshot-dumpxml", "snapshot-current"]) {
      await standIn.refuse(command, AWAY);
      const { message } = await failureOf(host.read(id, outputs));
      assert.match(message, /End of file while reading data/, command);
    }
  });

  it("of a delete on an unreachable host are errors, and the state keeps the snapshot", async () => {
    const { id, outputs } = await host.create(inputsOf("a"));
    const away = { ...outputs, uri: "qemu+unix:///session?socket=/nonexistent" };
    const { message } = await failureOf(host.delete(id, away));
    assert.match(message, /Failed to connect socket to '\/nonexistent'/);
    assert.deepEqual(await snapshotsOf(domain), ["a"]);
  });

  it("of read and delete are reported once, by the engine, without a stack trace", async () => {
    const { id, outputs } = await host.create(inputsOf("a"));
    await standIn.refuse("snapshot-dumpxml", AWAY);
    await host.told();
    await failureOf(host.read(id, outputs));
    await failureOf(host.delete(id, outputs));
    const line = "pulumi-virsh: see the error of the resource";
    assert.deepEqual(await host.told(), [line, line]);
  });
});
