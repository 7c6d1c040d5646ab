import assert from "node:assert/strict";
import fc from "fast-check";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { DynamicProvider } from "../../../provider/dynamic/handler.js";
import { fromWire, othersIn, PROVIDER_KEY, toWire } from "../../../provider/dynamic/wire.js";
import { legalInputs } from "../snapshot/arbitraries.js";

describe("what goes to Pulumi's dynamic host", () => {
  it("holds no undefined at any depth, which the host could not carry", () => {
    const outputs = { a: undefined, b: [{ c: undefined, d: null, e: [0, "", false] }], f: { g: undefined } };
    assert.throws(() => Struct.fromJavaScript(outputs as unknown as Record<string, JavaScriptValue>));
    const carried = toWire(outputs) as unknown as Record<string, JavaScriptValue>;
    assert.deepEqual(carried, { b: [{ d: null, e: [0, "", false] }], f: {} });
    assert.deepEqual(Struct.fromJavaScript(carried).toJavaScript(), carried);
  });

  it("is a copy: what is done to it changes nothing here", () => {
    const outputs = { list: [{ a: 1 }] };
    const carried = toWire(outputs);
    carried.list.push({ a: 2 });
    Object.assign(carried.list[0] ?? {}, { a: 3 });
    assert.deepEqual(outputs, { list: [{ a: 1 }] });
  });

  it("comes back without the provider's text, and whole otherwise", () => {
    assert.deepEqual(fromWire({ [PROVIDER_KEY]: "text", name: "a", nothing: null }), {
      name: "a",
      nothing: null,
    });
    assert.equal(PROVIDER_KEY, "__provider");
  });
});

describe("what a program says of its other snapshots", () => {
  const declared = fc.array(fc.tuple(fc.option(fc.string()), fc.string(), fc.string()));

  it("is no input: it is neither compared nor recorded", async () => {
    const provider = new DynamicProvider();
    await fc.assert(
      fc.asyncProperty(legalInputs, declared, async (inputs, list) => {
        const others = JSON.stringify(list);
        const news = { ...inputs, __preview: true };
        // With olds no create is coming, so nothing is looked at.
        const [plain, more] = [
          await provider.check(inputs, news),
          await provider.check(inputs, { ...news, __others: others }),
        ];
        assert.deepEqual(more, plain);
        assert.ok(!("__others" in more.inputs));
        assert.deepEqual(fromWire({ ...inputs, __others: others }), fromWire(inputs as never));
      }),
    );
  });

  it("is read whole", () => {
    fc.assert(
      fc.property(declared, (others) => {
        const read = othersIn({ __others: JSON.stringify(others) });
        assert.deepEqual(
          read.map(({ uri = null, domain, name }) => [uri, domain, name]),
          others,
        );
      }),
    );
    assert.deepEqual(othersIn({}), []);
  });
});
