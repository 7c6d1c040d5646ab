import assert from "node:assert/strict";
import type { ServiceError } from "@grpc/grpc-js";
import { DynamicHost, PROVIDER_TEXT } from "../dynamic-host/dynamic-host.js";
import { guest, snapshotsOf, virsh, type Guest } from "../live/support/host.js";
import { Plugin, type Props } from "./plugin.js";

/** What both facades can be asked. */
interface Facade {
  check(news: Props, olds?: Props): Promise<{ inputs: Props; failures: string[][] }>;
  diff(
    id: string,
    olds: Props,
    news: Props,
  ): Promise<{ changes: boolean; replaces: string[]; first: boolean }>;
  create(inputs: Props): Promise<{ id: string; outputs: Props }>;
  read(id: string, outputs: Props): Promise<{ id: string; outputs: Props; inputs: Props }>;
  update(id: string, olds: Props, news: Props): Promise<Props>;
  delete(id: string, outputs: Props): Promise<void>;
}

/** As the dynamic provider's program and its state have them. */
function withText(props: Props): Props {
  return { ...props, __provider: PROVIDER_TEXT };
}

function throughDynamic(host: DynamicHost): Facade {
  return {
    check: (news, olds = {}) => host.check(olds, withText(news)),
    diff: async (id, olds, news) => {
      const {
        changes,
        replaces,
        deleteBeforeReplace: first,
      } = await host.diff(id, withText(olds), withText(news));
      return { changes: changes === "DIFF_SOME", replaces, first };
    },
    create: (inputs) => host.create(withText(inputs)),
    read: (id, outputs) => host.read(id, withText(outputs)),
    update: (id, olds, news) => host.update(id, withText(olds), withText(news)),
    delete: (id, outputs) => host.delete(id, withText(outputs)),
  };
}

function throughPlugin(plugin: Plugin): Facade {
  return {
    check: (news, olds) => plugin.check(news, olds),
    diff: async (id, olds, news) => {
      const { changes, replaces, deleteBeforeReplace: first } = await plugin.diff(id, olds, news);
      return { changes, replaces, first };
    },
    create: (inputs) => plugin.create(inputs),
    read: (id, outputs) => plugin.read(id, outputs, outputs),
    update: (id, olds, news) => plugin.update(id, olds, news),
    delete: (id, outputs) => plugin.delete(id, outputs),
  };
}

describe("the dynamic provider and the plugin", () => {
  let host: DynamicHost;
  let plugin: Plugin;
  let domain: Guest;
  let facades: Facade[];
  before(async () => {
    [host, plugin, domain] = await Promise.all([DynamicHost.start(), Plugin.start(), guest("--off")]);
    facades = [throughDynamic(host), throughPlugin(plugin)];
  });
  after(() => Promise.all([host.stop(), plugin.stop()]));

  /** Asserts that both give the same, one after the other. */
  async function assertSame<T>(ask: (facade: Facade) => Promise<T>): Promise<T> {
    const answers: unknown[] = [];
    for (const facade of facades) answers.push(comparable(await outcomeOf(ask(facade))));
    assert.deepEqual(answers[1], answers[0]);
    return answers[0] as T;
  }

  const inputs = (more: Props = {}): Props => ({ domain: domain.name, name: "s1", ...more });

  const CHECKS: Props[] = [
    {},
    { description: "a\r\nb", memory: null, atomic: true },
    { domain: "" },
    { name: "a/b", description: "\u0001" },
    { diskOnly: true, memory: { snapshot: "internal" } },
    {
      disks: [
        { name: "vda", snapshot: "no", file: "/a" },
        { name: "vda", snapshot: "sometimes" },
      ],
    },
    { uri: "qemu+ext:///system", timeoutSeconds: 0.5, nmae: "s1" },
    { revert: { triggers: "a", safetySnapshot: { keep: 0 } } },
  ];
  for (const more of CHECKS) {
    it(`check the same: ${JSON.stringify(more)}`, () => assertSame((facade) => facade.check(inputs(more))));
  }

  it("make, read, change and delete the same snapshot", async () => {
    await assertSame(async (facade) => {
      const { inputs: checked } = await facade.check(inputs({ description: "first" }));
      const created = await facade.create(checked);
      const { id } = created;
      const again = await facade.read(id, created.outputs);
      const described = await facade.update(id, again.outputs, inputs({ description: "second" }));
      const triggers = { description: "second", revert: { triggers: ["a"] } };
      const reverted = await facade.update(id, described, inputs(triggers));
      await facade.delete(id, reverted);
      assert.deepEqual(await snapshotsOf(domain), []);
      const gone = await facade.read(id, reverted);
      return { checked, created, again, described, reverted, gone };
    });
  });

  const CHANGES: Props[] = [
    {},
    { description: "new" },
    { name: "s2" },
    { diskOnly: true },
    { domain: "another" },
    { revert: { triggers: ["b"] } },
    { deleteScope: "metadata", quiesce: "none" },
    { diskOnly: true, revert: { triggers: ["b"] } },
  ];
  it("see the same changes", async () => {
    const [dynamic] = facades;
    const created = await dynamic?.create(inputs());
    const { id, outputs } = created ?? assert.fail();
    for (const more of CHANGES) {
      await assertSame((facade) => facade.diff(id, outputs, inputs(more)));
    }
    await assertSame((facade) => facade.create(inputs()));
    await dynamic?.delete(id, outputs);
  });

  const REFUSED: [what: string, more: Props][] = [
    ["a domain that does not exist", { domain: "nobody" }],
    ["a disk that the domain does not have", { disks: [{ name: "vdz", snapshot: "internal" }] }],
    ["an agent that the domain does not have", { diskOnly: true, quiesce: "required" }],
  ];
  for (const [what, more] of REFUSED) {
    it(`refuse in the same words: ${what}`, () => assertSame((facade) => facade.create(inputs(more))));
  }

  it("refuse an edited state in the same words", async () => {
    const state = { ...inputs(), schemaVersion: 2, domainUuid: domain.uuid, domainName: domain.name };
    await assertSame((facade) => facade.delete(`${domain.uuid}/s1`, state));
    assert.equal(await virsh("domstate", domain.uuid), "shut off");
  });
});

async function outcomeOf(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return { refused: (error as ServiceError).details };
  }
}

/** What is another at every take: the time, and what the dynamic provider keeps in a state. */
const OWN = ["creationTime", "imageDate", "vmClock", "at", "__provider"];

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !OWN.includes(key));
  return Object.fromEntries(entries.map(([key, item]) => [key, comparable(item)]));
}
