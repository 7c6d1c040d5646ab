import assert from "node:assert/strict";
import { messages, tidy } from "../../../provider/virsh/stderr.js";

describe("virsh's standard error", () => {
  it("is read as messages, in order, without their prefix", () => {
    const text = "error: Failed to revert snapshot a b\nerror: Operation not supported: no\n";
    assert.deepEqual(messages(text), ["Failed to revert snapshot a b", "Operation not supported: no"]);
  });

  it("is read without the log lines of the client library", () => {
    const text =
      "2026-11-24 18:23:05.907+0000: 19450: info : libvirt version: 9.0.0, package: 9.0.0-4+deb12u2 (Debian)\n" +
      "2026-11-24 18:23:05.907+0000: 19450: warning : esxConnectOpen:804 : Ignoring unexpected path '/x'\n" +
      "2026-11-24 18:23:05.908+0000: 19450: error : virNetSocketReadWire:1791 : End of file while reading data\n" +
      "error: failed to connect to the hypervisor\n";
    assert.deepEqual(messages(text), ["failed to connect to the hypervisor"]);
  });

  it("keeps the lines that QEMU adds to a message", () => {
    const text =
      'error: internal error: process exited while connecting to monitor: qemu-system-x86_64: Failed to get "write" lock\n' +
      "Is another process using the image [/images/a.qcow2]?\n\n";
    assert.deepEqual(messages(text), [
      'internal error: process exited while connecting to monitor: qemu-system-x86_64: Failed to get "write" lock ' +
        "Is another process using the image [/images/a.qcow2]?",
    ]);
  });

  it("loses the XML and the pointer that libxml adds", () => {
    const text =
      "error: (domain_snapshot):2: Premature end of data in tag domainsnapshot line 1\n(null)\n^\n";
    assert.deepEqual(messages(text), [
      "(domain_snapshot):2: Premature end of data in tag domainsnapshot line 1",
    ]);
  });

  it("has no message if no line says error", () => {
    assert.deepEqual(messages("Segmentation fault\n"), []);
  });

  it("brings no control character to a terminal, and no endless text", () => {
    assert.equal(tidy("a\u001b[31mb\r\nc\u0000"), "a [31mb c");
    assert.equal(tidy("x".repeat(3000)), `${"x".repeat(2000)}…`);
  });
});
