import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "../../../sdk/index.js";
import { withoutTraces } from "../../../sdk/without-traces.js";

describe("stack traces, while a Snapshot is constructed", () => {
  let limit: number;
  beforeEach(async () => {
    limit = Error.stackTraceLimit;
    pulumi.runtime.setAllConfig({});
    await pulumi.runtime.setMocks({ newResource: () => ({ id: "id", state: {} }), call: () => ({}) });
  });
  afterEach(() => {
    Error.stackTraceLimit = limit;
  });
  const traceOf = () => new Error().stack?.split("\n").length;

  it("are empty from the first property that is read to the last, once", () => {
    Error.stackTraceLimit = 3;
    const { props } = withoutTraces({ a: 1, b: 2, c: 3 });
    const traces = () => Object.keys(props).map((key) => [props[key as "a"], traceOf()]);
    assert.equal(traceOf(), 4);
    assert.deepEqual(
      [traces(), traceOf()],
      [
        [
          [1, 1],
          [2, 1],
          [3, 4],
        ],
        4,
      ],
    );
    assert.deepEqual(traces(), [
      [1, 4],
      [2, 4],
      [3, 4],
    ]);
    assert.deepEqual({ ...props }, { a: 1, b: 2, c: 3 });
  });

  it("are as long as before once it is constructed, also if that fails or a transformation reads along", () => {
    Error.stackTraceLimit = 7;
    new Snapshot("a", { domain: "a" });
    assert.equal(Error.stackTraceLimit, 7);
    const read: pulumi.ResourceTransformation = ({ props, opts }) => ({
      props: { ...props, first: props["uri"] as unknown },
      opts,
    });
    new Snapshot("b", { domain: "b" }, { transformations: [read] });
    assert.equal(Error.stackTraceLimit, 7);
    const failing: pulumi.ResourceTransformation = ({ props }) => {
      throw new Error(String(props["uri"]));
    };
    assert.throws(() => new Snapshot("c", { domain: "c" }, { transformations: [failing] }));
    assert.equal(Error.stackTraceLimit, 7);
  });

  it("are formatted for few of its 130 promises", () => {
    let formatted = 0;
    const { prepareStackTrace } = Error as { prepareStackTrace?: unknown };
    const count = (_error: Error, frames: readonly NodeJS.CallSite[]) => {
      if (frames.length > 0) formatted += 1;
      return "";
    };
    Object.assign(Error, { prepareStackTrace: count });
    try {
      new Snapshot("a", { domain: "a" });
    } finally {
      Object.assign(Error, { prepareStackTrace });
    }
    assert.ok(formatted < 30, `${formatted} traces`);
  });

  it("still show which line of the program a registration belongs to that fails", async () => {
    const original = pulumi.runtime.getMonitor();
    assert.ok(original !== undefined);
    Object.assign(original, {
      registerResource: (_request: unknown, answer: (error: Error) => void) => {
        answer(new Error("refused"));
      },
    });
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    try {
      const failed = new Promise<Error>((resolve) => process.on("uncaughtException", resolve));
      new Snapshot("a", { domain: "a" });
      const { stack = "" } = await failed;
      assert.match(stack, /failed to register new resource a .*refused\n[^]*without-traces\.test/);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
  });
});
