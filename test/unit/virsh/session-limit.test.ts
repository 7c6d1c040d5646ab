import assert from "node:assert/strict";
import { sessionLimit } from "../../../provider/virsh/session-limit.js";

describe("the number of sessions", () => {
  const most = (uri: string | undefined, env: NodeJS.ProcessEnv = {}, setting?: string) =>
    sessionLimit(uri, env, setting).most;

  it("is smaller to another machine, where each is a login", () => {
    assert.equal(most("qemu:///system"), 4);
    for (const uri of ["qemu+ssh://root@host/system", "qemu+tls://host/system", "qemu://host/system"])
      assert.equal(most(uri), 3);
    assert.equal(most(undefined, { LIBVIRT_DEFAULT_URI: "qemu+ssh://host/system" }), 3);
  });

  it("is 0 where virsh may start a daemon, or where only libvirt knows what is behind the URI", () => {
    for (const uri of ["qemu:///session", "qemu:///embed?root=/x", "myhost", "qemu+unix:///session"])
      assert.equal(most(uri, { PULUMI_VIRSH_SESSIONS: "2" }), 0);
    assert.equal(most("qemu+unix:///session?socket=/x"), 4);
  });

  it("is that of the environment, else that of the stack", () => {
    assert.equal(most("qemu:///system", { PULUMI_VIRSH_SESSIONS: "0" }, "7"), 0);
    assert.equal(most("qemu:///system", { PULUMI_VIRSH_SESSIONS: "" }, "7"), 7);
    assert.equal(most("qemu+ssh://h/system", {}, "1"), 1);
  });

  it("is refused where it is none, with the name, the value and what would work", () => {
    for (const value of ["many", "-1", "21", "1.5", " 2"]) {
      const said =
        "it is not a whole number from 0 to 20. Nothing was changed. It is the number of sessions of virsh on a " +
        "connection; 0 makes each command a process of its own. Leave it out for the default: 4, and 3 to another machine.";
      assert.throws(() => most("qemu:///system", { PULUMI_VIRSH_SESSIONS: value }), {
        message: `Unable to use PULUMI_VIRSH_SESSIONS "${value}": ${said}`,
      });
      assert.throws(() => most("qemu:///system", {}, value), {
        message: `Unable to use virsh:sessions "${value}": ${said}`,
      });
    }
  });
});
