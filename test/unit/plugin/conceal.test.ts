import assert from "node:assert/strict";
import { concealing } from "../../../provider/plugin/conceal.js";

describe("a message about secrets", () => {
  it("shows none of them, also not quoted", () => {
    const conceal = concealing(["two\nlines", "plain"]);
    assert.equal(conceal('plain "two\\nlines" two\nlines'), '[secret] "[secret]" [secret]');
  });

  it("shows neither a secret URI, nor what libvirt says of its server", () => {
    const conceal = concealing(["qemu+ssh://root@vault.example:22/system"]);
    assert.equal(
      conceal("qemu+ssh://root@vault.example:22/system: ssh: connect to host vault.example port 22"),
      "[secret]: ssh: connect to host [secret] port 22",
    );
  });

  it("hides a short one only where it is a word of its own", () => {
    assert.equal(concealing(["vm", ""])('vm has no vmdk: "vm"'), '[secret] has no vmdk: "[secret]"');
  });

  it("hides one that looks like a pattern, and none twice", () => {
    const conceal = concealing(["a.*(b", "secret", "\\d+[", "long a.*(b secret"]);
    assert.equal(conceal("a.*(b, secret, \\d+[, axx(b, 12"), "[secret], [secret], [secret], axx(b, 12");
    assert.equal(conceal("long a.*(b secret"), "[secret]");
  });
});
