import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Client, credentials, status } from "@grpc/grpc-js";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { errorOf, Plugin, secret, struct, unary, UNKNOWN, urnOf, type Props } from "./plugin.js";

/** Inputs of a snapshot on a host that does not exist: what is refused is refused before anything is asked. */
const INPUTS = { domain: "debian12", name: "checkpoint" };
const UUID = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
const STATE: Props = { ...INPUTS, schemaVersion: 1, domainUuid: UUID, domainName: "debian12" };

describe("the plugin, called as the engine calls it", () => {
  let plugin: Plugin;
  before(async () => (plugin = await Plugin.start()));
  after(() => plugin.stop());

  it("says who it is", async () => {
    const info = await unary<{ getVersion(): string }>((done) =>
      plugin.client.getPluginInfo(new Empty(), done),
    );
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    assert.equal(info.getVersion(), version);
  });

  it("gives its schema, in the only format that there is", async () => {
    const ask = (version: number) => {
      const request = new proto.GetSchemaRequest().setVersion(version);
      return unary<proto.GetSchemaResponse>((done) => plugin.client.getSchema(request, done));
    };
    const schema = JSON.parse((await ask(0)).getSchema()) as { name: string; resources: object };
    assert.equal(schema.name, "virsh");
    assert.deepEqual(Object.keys(schema.resources).sort(), ["virsh:index:Domain", "virsh:index:Snapshot"]);
    assert.equal((await errorOf(ask(1))).code, status.INVALID_ARGUMENT);
  });

  it("prints nothing but its port", () => {
    assert.deepEqual(plugin.printed, []);
  });

  it("asks for marked secrets, and for nothing else that is no plain value", async () => {
    const request = new proto.ProviderHandshakeRequest();
    const response = await unary<proto.ProviderHandshakeResponse>((done) =>
      plugin.client.handshake(request, done),
    );
    assert.deepEqual(
      Object.entries(response.toObject()).filter(([, value]) => value),
      [["acceptSecrets", true]],
    );
  });

  it("takes the resource's name for a snapshot without one, and writes inputs in their normal form", async () => {
    const news = { domain: "debian12", description: "a\r\nb", memory: null };
    assert.deepEqual(await plugin.check(news, {}, urnOf("before::upgrade")), {
      inputs: { domain: "debian12", description: "a\nb", name: "before::upgrade" },
      failures: [],
    });
  });

  it("names every problem of the inputs", async () => {
    const { failures } = await plugin.check({ diskOnly: "yes", nmae: "a" });
    assert.deepEqual(
      failures.map(([property]) => property),
      ["domain", "diskOnly", "nmae"],
    );
  });

  it("takes values that are not known yet for correct ones", async () => {
    const news = { domain: UNKNOWN, disks: [{ name: UNKNOWN, snapshot: "external" }], revert: UNKNOWN };
    assert.deepEqual(await plugin.check(news), { inputs: { ...news, name: "checkpoint" }, failures: [] });
  });

  it("gives a secret back as a secret, and shows it in no message", async () => {
    const news = { domain: "debian12", description: secret("un secreto"), name: secret("no/slash") };
    const { inputs, failures } = await plugin.check(news);
    assert.deepEqual(inputs, news);
    assert.equal(failures.length, 1);
    assert.doesNotMatch(JSON.stringify(failures), /no.slash/);
  });

  it("keeps the dynamic provider's text for a way back, and sees no difference in it", async () => {
    const __provider = "exports.handler = …";
    const { inputs } = await plugin.check(INPUTS, { ...INPUTS, __provider });
    assert.deepEqual(inputs, { ...INPUTS, __provider });
    for (const news of [INPUTS, { ...INPUTS, __provider }]) {
      const diff = await plugin.diff(`${UUID}/checkpoint`, { ...STATE, __provider }, news);
      assert.deepEqual(diff, { changes: false, properties: {}, replaces: [], deleteBeforeReplace: false });
    }
  });

  it("says of each input how it differs", async () => {
    const olds = { ...STATE, description: "old", quiesce: "none", atomic: true };
    const news = { ...INPUTS, description: "new", atomic: true, live: true, revert: { triggers: [1] } };
    assert.deepEqual((await plugin.diff(`${UUID}/checkpoint`, olds, news)).properties, {
      description: "update",
      live: "add",
      "revert.triggers": "add",
    });
  });

  it("previews the outputs of a new snapshot without an ID, and what is not known as unknown", async () => {
    const { id, outputs } = await plugin.create({ domain: UNKNOWN, name: "checkpoint" }, { preview: true });
    assert.equal(id, "");
    assert.equal(outputs["name"], "checkpoint");
    assert.equal(outputs["domainUuid"], UNKNOWN);
    assert.deepEqual(plugin.told(), []);
  });

  it("previews an update of what is only recorded with all of its outputs known", async () => {
    const complete = await stateWithFacts();
    const news = { ...INPUTS, timeoutSeconds: 30 };
    assert.deepEqual(await plugin.update(`${UUID}/checkpoint`, complete, news, { preview: true }), {
      ...complete,
      timeoutSeconds: 30,
    });
  });

  it("previews a list whose query is not known yet as not known", async () => {
    assert.deepEqual(await plugin.list({ domain: UNKNOWN }), { results: [], token: "", computed: true });
  });

  it("has no mapping from another provider", async () => {
    const request = new proto.GetMappingRequest().setKey("terraform");
    const response = await unary<proto.GetMappingResponse>((done) => plugin.client.getMapping(request, done));
    assert.equal(response.getProvider(), "");
    assert.equal(response.getData().length, 0);
  });

  it("attaches to the engine that calls it", async () => {
    const request = new PluginAttach().setAddress("127.0.0.1:1");
    await unary((done) => plugin.client.attach(request, done));
  });

  describe("configuration", () => {
    const config = async (news: Props) => {
      const request = new proto.CheckRequest()
        .setUrn("urn:pulumi:test::project::pulumi:providers:virsh::default")
        .setNews(struct(news));
      const response = await unary<proto.CheckResponse>((done) => plugin.client.checkConfig(request, done));
      return response.getFailuresList().map((one) => one.getReason());
    };

    it("is taken as values, and as texts in JSON", async () => {
      const texts = {
        version: "0.1.0",
        timeoutSeconds: "30",
        revert: '{"to":"running"}',
        uri: "qemu:///system",
      };
      assert.deepEqual(await config(texts), []);
      assert.deepEqual(
        await config({ timeoutSeconds: 30, revert: { to: "running" }, quiesce: "preferred" }),
        [],
      );
    });

    it("is refused where it is wrong, by name", async () => {
      assert.deepEqual(
        (
          await config({ timeoutSeconds: "soon", uri: "qemu+ext:///system", revert: '{"to":1}', other: "a" })
        ).map((reason) => reason.split(":")[0]),
        ["timeoutSeconds", "uri", "revert.to", "other"],
      );
    });

    it("never replaces a provider", async () => {
      const request = new proto.DiffRequest()
        .setOldInputs(struct({ uri: "qemu:///system", timeoutSeconds: "30" }))
        .setNews(struct({ uri: "qemu+ssh://host/system", timeoutSeconds: 30 }));
      const response = await unary<proto.DiffResponse>((done) => plugin.client.diffConfig(request, done));
      assert.deepEqual([response.getDiffsList(), response.getReplacesList()], [["uri"], []]);
    });

    it("fails where a program cannot run with it, and keeps a secret", async () => {
      const wrong = plugin.configure({ uri: secret("qemu+ext://top-secret/system") });
      const error = await errorOf(wrong);
      assert.equal(error.code, status.INVALID_ARGUMENT);
      assert.match(error.details, /configuration of the provider is wrong/);
      assert.doesNotMatch(error.details, /top-secret/);
      await plugin.configure({});
    });

    it("gives its defaults to the inputs that are open", async () => {
      await plugin.configure({ quiesce: "preferred", revert: { to: "running", force: true } });
      try {
        const { inputs } = await plugin.check({ ...INPUTS, diskOnly: true, revert: { to: "paused" } });
        assert.deepEqual(inputs, {
          ...INPUTS,
          diskOnly: true,
          quiesce: "preferred",
          revert: { to: "paused", force: true },
        });
        assert.deepEqual((await plugin.check(INPUTS)).inputs["quiesce"], undefined);
      } finally {
        await plugin.configure({});
      }
    });
  });

  describe("a malformed request", () => {
    const refusals: [what: string, call: () => Promise<unknown>, words: RegExp][] = [
      ["a URN that is none", () => plugin.check(INPUTS, {}, "checkpoint"), /is not the URN of a resource/],
      [
        "another package's type",
        () => plugin.check(INPUTS, {}, "urn:pulumi:a::b::aws:s3:Bucket::c"),
        /no resource "aws:s3:Bucket"/,
      ],
      ["no ID", () => plugin.delete("", STATE), /names no ID/],
      [
        "another resource's ID",
        () => plugin.delete(`${UUID}/other`, STATE),
        /not those of the resource's ID/,
      ],
      ["a state that is none", () => plugin.delete(`${UUID}/checkpoint`, { name: 5 }), /its field/],
      ["an unknown function", () => plugin.invoke("getNothing", {}), /no function "virsh:index:getNothing"/],
      ["arguments of no function", () => plugin.invoke("getDomain", { domian: "a" }), /domian/],
      ["a filter that is none", () => plugin.list({ filter: 1 }), /filter/],
      ["an ID to import that is none", () => plugin.read("checkpoint"), /DOMAIN\/SNAPSHOT/],
      ["no inputs at all", () => unary((done) => plugin.client.check(new proto.CheckRequest(), done)), /URN/],
      ["bytes that are no message", () => raw(plugin, "/pulumirpc.ResourceProvider/Check"), /cannot be read/],
      [
        "parameters",
        () => unary((done) => plugin.client.parameterize(new proto.ParameterizeRequest(), done)),
        /no parameters/,
      ],
      [
        "a component",
        () => unary((done) => plugin.client.construct(new proto.ConstructRequest(), done)),
        /no components/,
      ],
      ["a method", () => unary((done) => plugin.client.call(new proto.CallRequest(), done)), /no methods/],
    ];
    for (const [what, call, words] of refusals) {
      it(`(${what}) gets a clear error, and the process goes on`, async () => {
        await assert.rejects(call, words);
        assert.deepEqual((await plugin.check(INPUTS)).inputs, INPUTS);
      });
    }
  });

  it("answers two hundred calls at once", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `snapshot-${index}`);
    const checked = await Promise.all(
      names.map((name) => plugin.check({ domain: "debian12" }, {}, urnOf(name))),
    );
    assert.deepEqual(
      checked.map(({ inputs }) => inputs["name"]),
      names,
    );
  });
});

/** Sends bytes that are no message. */
function raw(plugin: Plugin, path: string): Promise<unknown> {
  const client = new Client(plugin.client.getChannel().getTarget(), credentials.createInsecure());
  const { responseDeserialize } = ResourceProviderService.check;
  return unary((done) =>
    client.makeUnaryRequest(
      path,
      (bytes: Buffer) => bytes,
      responseDeserialize,
      Buffer.from([0x0a, 0xff]),
      done,
    ),
  );
}

/** A state as a create records it. */
function stateWithFacts(): Promise<Props> {
  const facts: Props = {
    host: { uri: "qemu:///system" },
    creationTime: "2026-01-01T00:00:00Z",
    state: "running",
    location: "internal",
    isCurrent: true,
    capturedDisks: [{ name: "vda", snapshot: "internal" }],
    capturedMemory: { snapshot: "internal" },
    consistency: "memory",
  };
  return Promise.resolve({ ...STATE, ...facts });
}
