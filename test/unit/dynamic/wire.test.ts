import assert from "node:assert/strict";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { fromWire, PROVIDER_KEY, toWire } from "../../../provider/dynamic/wire.js";

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
