import assert from "node:assert/strict";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  getDiskSnapshots,
  getSnapshot,
  getSnapshotOutput,
  getSnapshotsOutput,
  getSnapshotXmlOutput,
  Snapshot,
} from "../../sdk/index.js";
import { assertDone, TestStack, type RecordedResource } from "./support/engine.js";
import {
  creationTime,
  diskOf,
  guest,
  imageSnapshots,
  lab,
  output,
  virsh,
  type Guest,
} from "./support/host.js";

describe("functions in a program", () => {
  let domain: Guest;
  let stack: TestStack;
  const declared = () => new Snapshot("checkpoint", { domain: domain.name });

  /** Queries a snapshot that the same program declares. */
  const program = () => {
    const checkpoint = declared();
    const told = getSnapshotOutput({ domain: checkpoint.domainName, name: checkpoint.name });
    const listed = getSnapshotsOutput({ domain: domain.name }, { dependsOn: [checkpoint] });
    return {
      time: told.creationTime,
      names: listed.snapshots.apply((snapshots) => snapshots.map(({ name }) => name)),
      roots: listed.roots,
      open: getSnapshotXmlOutput({ domain: domain.name, name: checkpoint.name }).xml,
      secret: getSnapshotXmlOutput({ domain: domain.name, name: checkpoint.name, security: true }).xml,
    };
  };

  before(async () => {
    domain = await guest("--off");
    stack = await TestStack.open();
  });
  after(() => stack.close());

  it("wait in a preview for resources that do not exist yet", async () => {
    assertDone(await stack.preview(program), ["create checkpoint"]);
  });

  it("return in the update that creates the snapshot what virsh prints", async () => {
    assertDone(await stack.up(program), ["create checkpoint"]);
    const { time, names, roots } = await stack.outputs();
    assert.equal(time, await creationTime(domain, "checkpoint"));
    assert.deepEqual(names, ["checkpoint"]);
    assert.deepEqual(roots, [{ name: "checkpoint", children: [] }]);
  });

  it("return secrets where passwords may be included", async () => {
    const { deployment } = (await stack.export()) as { deployment: { resources?: RecordedResource[] } };
    const outputs = deployment.resources?.find(({ urn }) => urn.includes("pulumi:pulumi:Stack"))?.outputs;
    assert.match(String(outputs?.["open"]), /^<domainsnapshot>/);
    const { plaintext = "null" } = outputs?.["secret"] as { plaintext?: string };
    assert.match(String(JSON.parse(plaintext)), /^<domainsnapshot>/, "the XML with passwords is no secret");
  });

  it("return promises as well, in previews and updates", async () => {
    const asking = () => {
      declared();
      return { told: pulumi.output(getSnapshot({ domain: domain.name, name: "checkpoint" })) };
    };
    const previewed = await stack.preview(asking);
    assertDone(previewed, []);
    assertDone(await stack.up(asking), []);
    const told = (await stack.outputs())["told"] as Record<string, unknown>;
    assert.deepEqual([told["name"], told["isCurrent"], told["children"]], ["checkpoint", true, []]);
  });
});

describe("getDiskSnapshots", () => {
  it("returns the snapshots that qemu-img prints, also while a guest uses the image", async () => {
    const domain = await guest();
    await virsh("snapshot-create-as", domain.uuid, "--name=with-memory");
    const file = await diskOf(domain);
    const [image, ...others] = (await getDiskSnapshots({ file })).images;
    assert.deepEqual(
      [image?.file, image?.format, image?.virtualSizeBytes, others],
      [file, "qcow2", 64 * 1024 * 1024, []],
    );
    const printed = await imageSnapshots(file);
    assert.equal(printed.length, 1);
    assert.deepEqual(
      image?.snapshots.map(({ name, date, vmStateSizeBytes }) => [
        name,
        Date.parse(date) / 1000,
        vmStateSizeBytes,
      ]),
      printed.map((one) => [one.name, one["date-sec"], one["vm-state-size"]]),
    );
    assert.ok((image.snapshots[0]?.vmClockSeconds ?? 0) > 0);
    await virsh("destroy", domain.uuid);
  });

  it("returns those of the backing chain, whatever the names of the files", async () => {
    const [lower, upper] = ["json:{}", "nbd:x"].map((name) => join(lab("LAB_DIR"), name)) as [string, string];
    await output("qemu-img", "create", "-q", "-f", "qcow2", lower, "1M");
    await output("qemu-img", "snapshot", "-c", "a b", lower);
    await output("qemu-img", "create", "-q", "-f", "qcow2", "-b", lower, "-F", "qcow2", upper);
    const { images } = await getDiskSnapshots({ file: upper });
    assert.deepEqual(
      images.map(({ file, snapshots }) => [file, snapshots.map(({ name }) => name)]),
      [
        [upper, []],
        [lower, ["a b"]],
      ],
    );
    assert.equal((await getDiskSnapshots({ file: upper, backingChain: false })).images.length, 1);
  });
});
