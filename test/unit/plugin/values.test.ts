import assert from "node:assert/strict";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
  answered,
  answeredSecretly,
  plain,
  received,
  secretsIn,
  secretTexts,
} from "../../../provider/plugin/values.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (more: object) => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...more });

describe("the values of the engine's messages", () => {
  it("are taken out of secrets and outputs, at any depth", () => {
    const marked = { a: secret({ b: [secret("c")] }), d: output({ value: 1 }), e: output({}), f: null };
    assert.deepEqual(plain(marked), { a: { b: ["c"] }, d: 1, e: UNKNOWN, f: null });
  });

  it("are empty where a message has none", () => {
    assert.deepEqual(received(undefined), {});
  });

  it("are named where they are secrets, or hold one", () => {
    const marked = {
      a: secret(1),
      b: [{ c: secret(2) }],
      d: { e: 3 },
      f: output({ value: 1, secret: true }),
    };
    assert.deepEqual(secretsIn(marked), ["a", "b", "f"]);
    assert.deepEqual(secretTexts({ a: secret({ b: "one" }), c: ["two", secret(["three"])] }), [
      "one",
      "three",
    ]);
  });

  it("are answered as secrets where the same property was one", () => {
    const before = {
      uri: secret("a"),
      revert: { triggers: secret(["x"]), to: "running" },
      disks: [secret("d")],
    };
    const now = {
      uri: "b",
      revert: { triggers: ["y"], to: "paused" },
      disks: ["e"],
      name: "s1",
      gone: undefined,
    };
    assert.deepEqual(answered(now, before).toJavaScript(), {
      uri: secret("b"),
      revert: { triggers: secret(["y"]), to: "paused" },
      disks: secret(["e"]),
      name: "s1",
    });
  });

  it("are marked once where two messages had the secret", () => {
    assert.deepEqual(answered({ a: 1 }, { a: secret(2) }, { a: secret(3) }).toJavaScript(), { a: secret(1) });
  });

  it("are all secrets in an answer to a secret question", () => {
    assert.deepEqual(answeredSecretly({ a: 1 }).toJavaScript(), { a: secret(1) });
  });

  it("travel in messages of Pulumi's own copy of protobuf", () => {
    assert.ok(answered({}) instanceof Struct);
  });
});
