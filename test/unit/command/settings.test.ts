import assert from "node:assert/strict";
import { readPrevious, readSettings } from "../../../provider/command/settings.js";

/** As the states of every release hold it. Changing these names or forms breaks existing states. */
const recorded = {
  PULUMI_VIRSH_URI: "qemu:///system",
  PULUMI_VIRSH_RUNNING: "false",
  PULUMI_VIRSH_AUTOSTART: "true",
  PULUMI_VIRSH_ADOPT: "true",
  PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS: "5",
};

describe("the environment of a Domain's commands", () => {
  it("is read as it was written", () => {
    assert.deepEqual(readSettings(recorded), {
      uri: "qemu:///system",
      running: false,
      autostart: true,
      adopt: true,
      validate: false,
      secret: false,
      shutdownTimeoutSeconds: 5,
    });
    assert.ok(readSettings({ ...recorded, PULUMI_VIRSH_VALIDATE: "true" }).validate);
  });

  it("gives the default for an empty or absent variable", () => {
    const empty = Object.fromEntries(Object.keys(recorded).map((name) => [name, ""]));
    const defaults = {
      uri: undefined,
      running: true,
      autostart: undefined,
      adopt: false,
      validate: false,
      secret: false,
      shutdownTimeoutSeconds: 60,
    };
    assert.deepEqual(readSettings(empty), defaults);
    assert.deepEqual(readSettings({}), defaults);
    // What a program writes that passes null, or an output without a value.
    for (const word of ["null", "undefined"]) {
      const written = Object.fromEntries(Object.keys(recorded).map((name) => [name, word]));
      assert.deepEqual(readSettings({ ...written, PULUMI_VIRSH_URI: "" }), defaults);
    }
  });

  const unreadable = [
    ["PULUMI_VIRSH_RUNNING", "paused", '"paused" is neither true nor false'],
    ["PULUMI_VIRSH_AUTOSTART", "once", '"once" is neither true nor false'],
    ["PULUMI_VIRSH_ADOPT", "True", '"True" is neither true nor false'],
    ["PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS", "1m", '"1m" is not a number of seconds'],
    ["PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS", "-1", '"-1" is not a number of seconds'],
  ] as const;
  for (const [name, value, said] of unreadable) {
    it(`refuses ${name}=${value} instead of taking the default`, () => {
      assert.throws(() => readSettings({ ...recorded, [name]: value }), {
        kind: "Unexpected",
        message:
          `Unable to read ${name}: ${said}. Nothing was changed. ` +
          "If a newer version of pulumi-virsh wrote it, upgrade the package of this program.",
      });
    });
  }
});

describe("the output of the previous command of a Domain", () => {
  const printed = { name: "a b", uuid: "bcfa3df3-7f64-4055-baf6-8ec50c3b0251", xmlSha256: "00" };
  const read = (stdout: string | undefined) => readPrevious({ PULUMI_COMMAND_STDOUT: stdout });

  it("says which domain it is", () => {
    assert.deepEqual(read(`${JSON.stringify(printed)}\n`), printed);
  });

  it("is read without the fields that only other releases know", () => {
    assert.deepEqual(read(JSON.stringify({ ...printed, later: 1, nvram: 1, disks: null })), printed);
  });

  it("says whose NVRAM it has, and where its disks were put", () => {
    const more = { ...printed, nvram: "declared", disks: { vda: "/a" } };
    assert.deepEqual(read(JSON.stringify(more)), more);
  });

  const unusable: [stdout: string | undefined, said: string][] = [
    [undefined, "it is empty"],
    ["", "it is empty"],
    ["oops", "it is not JSON"],
    ["null", "it is not a JSON object"],
    ['"text"', "it is not a JSON object"],
    ["[]", 'its field "name" is missing'],
  ];
  for (const field of ["name", "uuid", "xmlSha256"] as const) {
    const rest = Object.fromEntries(Object.entries(printed).filter(([key]) => key !== field));
    unusable.push(
      [JSON.stringify(rest), `its field "${field}" is missing`],
      [JSON.stringify({ ...printed, [field]: 1 }), `its field "${field}" is not a non-empty string`],
      [JSON.stringify({ ...printed, [field]: null }), `its field "${field}" is not a non-empty string`],
      [JSON.stringify({ ...printed, [field]: "" }), `its field "${field}" is not a non-empty string`],
    );
  }
  for (const [stdout, said] of unusable) {
    it(`is refused when ${stdout === undefined ? "absent" : JSON.stringify(stdout)}: ${said}`, () => {
      assert.throws(() => read(stdout), {
        kind: "Unexpected",
        message:
          `Unable to read the stdout of the previous command, which says which domain this is: ${said}. Nothing was changed. ` +
          "Check that the command in the state still has its stdout, and that addPreviousOutputInEnv is not turned off.",
      });
    });
  }
});
