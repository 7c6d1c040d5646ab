import assert from "node:assert/strict";
import { withoutValues } from "../../../provider/xml/redact.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const XML = `<domain type='qemu'><name>web</name><uuid>${UUID}</uuid><vcpu>4</vcpu>
<devices><disk type='file' device='disk'><source file='/images/a.qcow2'/></disk>
<graphics type='vnc' passwd='hunter2' port='(x)'/></devices></domain>`;

describe("a message about a definition that is a secret", () => {
  const cases: [what: string, message: string, shown: string][] = [
    [
      "a quoted value",
      "Invalid value for attribute 'passwd': 'hunter2'.",
      "Invalid value for attribute 'passwd': '…'.",
    ],
    ["a bare value", "cannot parse vnc port (x)", "cannot parse vnc port …"],
    [
      "a path",
      'Cannot access storage file "/images/a.qcow2" of a disk',
      'Cannot access storage file "…" of a disk',
    ],
    ["a short value, if it is quoted", "4 of '4'", "4 of '…'"],
    ["no part of a word", "hunter22 and ahunter2", "hunter22 and ahunter2"],
  ];
  for (const [what, message, shown] of cases) {
    it(`shows ${what === "no part of a word" ? "" : "no value: "}${what}`, () => {
      assert.equal(withoutValues(message, XML), shown);
    });
  }

  it("still names the domain", () => {
    const message = `Unable to start domain "web" (${UUID})`;
    assert.equal(withoutValues(message, XML), message);
  });

  it("stays as it is if the XML is no domain", () => {
    assert.equal(withoutValues("hunter2", "<network>hunter2</network>"), "hunter2");
  });
});
