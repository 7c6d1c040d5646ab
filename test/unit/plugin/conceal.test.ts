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

  it("is left as it is by a secret that is hardly one", () => {
    assert.equal(concealing(["no", ""])("no snapshot"), "no snapshot");
  });
});
