import assert from "node:assert/strict";
import { readPrevious, readSettings } from "../../../provider/command/settings.js";

/** As states of every release hold it: these names and forms are read for ever. */
const recorded = {
  PULUMI_VIRSH_URI: "qemu:///system",
  PULUMI_VIRSH_RUNNING: "false",
  PULUMI_VIRSH_AUTOSTART: "true",
  PULUMI_VIRSH_ADOPT: "true",
  PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS: "5",
};
const defined = { name: "a b", uuid: "bcfa3df3-7f64-4055-baf6-8ec50c3b0251", xmlSha256: "00" };

describe("what travels to the commands of a Domain", () => {
  it("is read as it was written", () => {
    assert.deepEqual(readSettings(recorded), {
      uri: "qemu:///system",
      running: false,
      autostart: true,
      adopt: true,
      shutdownTimeoutSeconds: 5,
    });
  });

  it("has defaults for what is left empty", () => {
    const empty = Object.fromEntries(Object.keys(recorded).map((name) => [name, ""]));
    const defaults = {
      uri: undefined,
      running: true,
      autostart: undefined,
      adopt: false,
      shutdownTimeoutSeconds: 60,
    };
    assert.deepEqual(readSettings(empty), defaults);
    assert.deepEqual(readSettings({}), defaults);
  });

  it("comes with what the command before printed, and nothing is done without", () => {
    assert.deepEqual(readPrevious({ PULUMI_COMMAND_STDOUT: JSON.stringify(defined) }), defined);
    for (const printed of [undefined, "", "null", "[]", "oops", JSON.stringify({ name: "a" })]) {
      assert.throws(() => readPrevious({ PULUMI_COMMAND_STDOUT: printed }), { kind: "Unexpected" });
    }
  });
});
