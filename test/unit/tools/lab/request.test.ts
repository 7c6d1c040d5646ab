import assert from "node:assert/strict";
import { Machine } from "./set-up.js";

interface Request {
  release?: string;
  everywhere: boolean;
  unit: boolean;
  command: string[];
}

describe("the command line of the laboratory", () => {
  let machine: Machine;
  before(() => (machine = new Machine()));
  after(() => machine.remove());

  async function request(...args: string[]): Promise<Request> {
    const { stdout, stderr } = await machine.runs(`
      const { requestOf } = await lab("request.mjs");
      console.log(JSON.stringify(requestOf(${JSON.stringify(args)})));`);
    assert.equal(stderr, "");
    return JSON.parse(stdout) as Request;
  }

  it("takes npm test for every test on every libvirt", async () => {
    const { everywhere, unit, command } = await request("test");
    assert.deepEqual([everywhere, unit, command.at(-1)], [true, false, "dist/test/**/*.test.js"]);
  });

  it("takes --unit for the tests that need no laboratory, and passes on what follows", async () => {
    const { everywhere, unit, command } = await request("test", "--unit", "-g", "words");
    assert.deepEqual([everywhere, unit, command.slice(-2)], [false, true, ["-g", "words"]]);
    const tests = command.filter((word) => word.endsWith(".test.js"));
    assert.deepEqual(tests, [
      "dist/test/repo/lint.test.js",
      "dist/test/repo/consumers.test.js",
      "dist/test/unit/**/*.test.js",
      "dist/test/repo/**/*.test.js",
    ]);
    assert.equal(command.filter((word) => word === "--ignore").length, 2);
  });

  it("runs only the test files that are named, on the libvirt that is named", async () => {
    const { release, everywhere, command } = await request("test", "--libvirt", "sid", "--", "a.test.js");
    assert.deepEqual([release, everywhere, command.at(-1)], ["sid", false, "a.test.js"]);
    assert.ok(!command.includes("dist/test/**/*.test.js"));
  });

  it("takes everything after lab -- for the command", async () => {
    const { command, unit } = await request("lab", "--", "pulumi", "preview", "--unit");
    assert.deepEqual([command, unit], [["pulumi", "preview", "--unit"], false]);
  });

  it("names every way to call it when it is called in another", async () => {
    const { stderr } = await machine.runs(`await import(${JSON.stringify(`${machine.lab}/main.mjs`)});`);
    assert.match(stderr, /^error: usage: npm run demo [^]*npm test -- --unit [^]*npm run lab /);
  });
});
