import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "../../../sdk/index.js";

/** The inputs of a program's resources, as the engine receives them. */
async function registered(
  declare: () => unknown,
  { preview = true } = {},
): Promise<Record<string, unknown>[]> {
  const inputs: Record<string, unknown>[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        inputs.push(args.inputs as Record<string, unknown>);
        return { id: "id", state: {} };
      },
      call: () => ({}),
    },
    "project",
    "stack",
    preview,
  );
  await pulumi.runtime.runInPulumiStack(() => Promise.resolve(declare()));
  await pulumi.runtime.disconnect();
  return inputs.filter((each) => "domain" in each);
}

const othersOf = (inputs: readonly Record<string, unknown>[]) =>
  inputs.map(({ __others: others }) =>
    others === undefined ? undefined : (JSON.parse(others as string) as unknown),
  );

describe("the other snapshots that a program names to the provider", () => {
  before(() => pulumi.runtime.setAllConfig({}));

  it("are those that it declares after each, as many as a message should hold", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `vm-${index}`);
    const inputs = await registered(() => {
      for (const domain of names) new Snapshot(domain, { domain, uri: "qemu:///system" });
    });
    const later = inputs.map(({ domain, __others }) => [domain, othersOf([{ __others }])[0]]);
    for (const [index, name] of names.entries()) {
      const after = names.slice(index + 1, index + 65).map((domain) => ["qemu:///system", domain, domain]);
      assert.deepEqual(
        new Map(later as [string, unknown][]).get(name),
        after.length === 0 ? undefined : after,
      );
    }
  });

  it("are not named in an update", async () => {
    const declare = () => ["a", "b"].map((domain) => new Snapshot(domain, { domain }));
    assert.deepEqual(othersOf(await registered(declare, { preview: false })), [undefined, undefined]);
  });

  it("do not include what is a secret, or what the program computes", async () => {
    const inputs = await registered(() => {
      new Snapshot("first", { domain: "first" });
      new Snapshot("a", { domain: pulumi.secret("hidden") });
      new Snapshot("b", { domain: "b", name: pulumi.secret("hidden") });
      new Snapshot("c", { domain: "c", uri: pulumi.secret("qemu+ssh://me:hidden@host/system") });
      new Snapshot("d", { domain: pulumi.output("computed") });
      new Snapshot("last", { domain: "last" });
    });
    const [first, ...others] = othersOf(inputs).filter((each) => each !== undefined);
    assert.deepEqual(first, [[null, "last", "last"]]);
    for (const other of others) assert.deepEqual(other, first);
  });
});
