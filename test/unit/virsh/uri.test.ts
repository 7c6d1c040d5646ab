import assert from "node:assert/strict";
import { isHere, redactText } from "../../../provider/virsh/uri.js";

describe("a connection", () => {
  const table: [uri: string | undefined, environment: NodeJS.ProcessEnv, here: boolean][] = [
    [undefined, {}, true],
    ["qemu:///system", {}, true],
    ["qemu:///session", {}, true],
    ["qemu:/system", {}, true],
    ["qemu+unix:///system?socket=/run/x", {}, true],
    ["QEMU+UNIX:///system", {}, true],
    ["test:///default", {}, true],
    ["qemu+ssh://root@host/system", {}, false],
    ["qemu://host/system", {}, false],
    ["qemu+tcp://localhost/system", {}, false],
    ["qemu+ssh:///system", {}, false],
    ["qemu+tls:///system", {}, false],
    ["my-alias", {}, false],
    [undefined, { LIBVIRT_DEFAULT_URI: "qemu:///system" }, true],
    [undefined, { LIBVIRT_DEFAULT_URI: "qemu+ssh://host/system" }, false],
    [undefined, { LIBVIRT_DEFAULT_URI: "my-alias" }, false],
    [
      undefined,
      { VIRSH_DEFAULT_CONNECT_URI: "qemu+ssh://host/system", LIBVIRT_DEFAULT_URI: "qemu:///system" },
      false,
    ],
    ["qemu:///system", { LIBVIRT_DEFAULT_URI: "qemu+ssh://host/system" }, true],
  ];
  for (const [uri, environment, here] of table) {
    it(`leads ${here ? "to this machine" : "elsewhere"}: ${uri ?? "none"} ${JSON.stringify(environment)}`, () => {
      assert.equal(isHere(uri, environment), here);
    });
  }
});

describe("text from libvirt", () => {
  it("loses the passwords of the URIs that it repeats", () => {
    assert.equal(
      redactText("error: Disconnected from qemu+tcp://u:p@ss@h/system?password=pw&x=1 due to end of file"),
      "error: Disconnected from qemu+tcp://u:***@h/system?password=***&x=1 due to end of file",
    );
    assert.equal(redactText("error: Cannot use esx://u%3Apw@h/"), "error: Cannot use esx://u:***@h/");
  });

  it("is otherwise left alone", () => {
    const text = "error: Failed to connect to qemu+ssh://root@host:22/system: user@host: no: a@b";
    assert.equal(redactText(text), text);
  });
});
