import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { getDiskSnapshots, getDiskSnapshotsOutput, getDomain, getDomainOutput } from "../../../sdk/index.js";
import { Domain, QuestionError, Snapshot } from "../../../sdk/index.js";

/** A URI that leads nowhere: a function that connects to it fails and says so. */
const NOWHERE = "qemu+unix:///session?socket=/nowhere";

/** A preview that creates every resource, so that none of their outputs is known. */
function preview(): Promise<void> {
  return pulumi.runtime.setMocks(
    { newResource: ({ inputs }) => ({ id: undefined, state: inputs as object }), call: () => ({}) },
    "project",
    "stack",
    true,
  );
}

function update(): Promise<void> {
  return pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) },
    "project",
    "stack",
    false,
  );
}

/** The inner promises of an output. Each rejects as the output does, and a test awaits only some of them. */
function inside(output: unknown) {
  const parts = output as Record<"isKnown" | "isSecret", Promise<unknown>> & {
    allResources: () => Promise<unknown>;
  };
  for (const part of [parts.isKnown, parts.isSecret, parts.allResources()]) part.catch(() => undefined);
  return output as { promise: () => Promise<unknown>; isKnown: Promise<boolean> };
}

async function fails(running: Promise<unknown>, kind: string, message: RegExp): Promise<void> {
  await assert.rejects(running, (error) => {
    assert.ok(error instanceof QuestionError, String(error));
    assert.ok(pulumi.RunError.isInstance(error), "Pulumi would show it with a stack trace");
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  });
}

describe("a function in a program", () => {
  beforeEach(async () => {
    await update();
    pulumi.runtime.setAllConfig({});
  });

  it("connects to the configured URI unless `uri` is set", async () => {
    pulumi.runtime.setAllConfig({ "virsh:uri": NOWHERE });
    await fails(getDomain({ domain: "debian12" }), "Unreachable", /Failed to connect socket to '\/nowhere'/);
    const other = "qemu+ext:///system";
    await fails(getDomain({ domain: "debian12", uri: other }), "Invalid", /^Unable to \w+ getDomain: uri: /);
  });

  it("throws an error with a kind, which Pulumi shows without a stack trace", async () => {
    await fails(
      getDiskSnapshots({ file: "/nowhere/at/all", uri: "qemu:///system" }),
      "NotFound",
      /there is no such file/,
    );
    await fails(
      getDiskSnapshots({ file: "/x", uri: "qemu+ssh://host/system" }),
      "Unsupported",
      /it is on the host of qemu\+ssh:\/\/host\/system, and qemu-img reads the files of this machine/,
    );
  });

  it("refuses an output as an argument, and names the form that takes one", async () => {
    const domain = pulumi.output("debian12") as unknown as string;
    await fails(
      getDomain({ domain }),
      "Invalid",
      /^Unable to call getDomain: domain: .* Use getDomainOutput\.$/,
    );
  });

  it("names the missing input if it is called without arguments", async () => {
    const none = null as unknown as { domain: string };
    const message = /^Unable to call getDomain: domain: /;
    await fails(getDomain(none), "Invalid", message);
    await fails(inside(getDomainOutput(none)).promise(), "Invalid", message);
  });

  it("takes a Domain for its name in the form that waits", async () => {
    const vm = new Domain("vm", { xml: "<domain><name>debian12</name></domain>" });
    await fails(
      inside(getDomainOutput({ domain: vm, uri: NOWHERE })).promise(),
      "Unreachable",
      /Failed to connect/,
    );
    const plain = vm as unknown as string;
    await fails(getDomain({ domain: plain }), "Invalid", /: domain: .* Use getDomainOutput\.$/);
  });

  it("refuses a provider, and names the input to set instead", async () => {
    const provider = new (class extends pulumi.ProviderResource {})("virsh", "p");
    await fails(
      getDomain({ domain: "debian12" }, { provider }),
      "Invalid",
      /opts\.provider: .* Set uri instead\.$/,
    );
    assert.throws(
      () => getDomainOutput({ domain: "debian12" }, { provider }),
      /opts\.provider: .* Set uri instead\.$/,
    );
  });

  it("runs once its inputs are known", async () => {
    const file = pulumi.output(Promise.resolve("/nowhere/at/all"));
    await fails(
      inside(getDiskSnapshotsOutput({ file, uri: "qemu:///system" })).promise(),
      "NotFound",
      /there is no such file/,
    );
  });

  describe("in a preview", () => {
    beforeEach(preview);

    it("does not run while an input is unknown", async () => {
      const { creationTime } = new Snapshot("a", { domain: "debian12" });
      const answer = getDomainOutput({ domain: creationTime, uri: NOWHERE });
      assert.equal(await inside(answer).isKnown, false);
    });

    it("does not run while the resource behind a known input is not created yet", async () => {
      const { name } = new Snapshot("a", { domain: "debian12" });
      assert.equal(await inside(name).isKnown, true);
      const answer = getDomainOutput({ domain: name, uri: NOWHERE });
      assert.equal(await inside(answer).isKnown, false);
    });

    it("does not run while a resource inside a component that it depends on is not created yet", async () => {
      const component = new pulumi.ComponentResource("test:index:Group", "group");
      new Snapshot("a", { domain: "debian12" }, { parent: component });
      const answer = getDomainOutput({ domain: "debian12", uri: NOWHERE }, { dependsOn: component });
      assert.equal(await inside(answer).isKnown, false);
    });

    it("does not run while a resource that it depends on is not created yet", async () => {
      const snapshot = new Snapshot("a", { domain: "debian12" });
      for (const dependsOn of [snapshot, [snapshot], pulumi.output([snapshot])]) {
        const answer = getDomainOutput({ domain: "debian12", uri: NOWHERE }, { dependsOn });
        assert.equal(await inside(answer).isKnown, false);
      }
    });

    it("runs when everything is known", async () => {
      const answer = getDomainOutput({ domain: pulumi.output("debian12"), uri: NOWHERE }, { dependsOn: [] });
      await fails(inside(answer).promise(), "Unreachable", /Failed to connect/);
    });
  });
});
