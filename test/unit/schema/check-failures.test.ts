import assert from "node:assert/strict";
import { failuresOf } from "../../../provider/schema/check-failures.js";
import { fromWire, secretsIn } from "../../../provider/dynamic/wire.js";
import { check } from "../../../provider/snapshot/check.js";
import { inputFields } from "../../../provider/snapshot/inputs.js";

const SECRET = "hunter2";

function failures(raw: Record<string, unknown>, secrets: string[] = []) {
  const { inputs, problems } = check({ domain: "d", name: "a", ...raw });
  return failuresOf(problems, inputs, secrets);
}

describe("a failure of check", () => {
  it("names its property, whose value the engine then prints", () => {
    assert.deepEqual(
      failures({ name: "a/b" }).map(({ property }) => property),
      ["name"],
    );
  });

  it("of a URI names none, because the engine would print the password", () => {
    assert.deepEqual(failures({ uri: `qemu+ssh://u:${SECRET}@h/system` }), [
      {
        property: "",
        reason:
          'uri: "qemu+ssh://u:***@h/system" cannot be used: it contains a password, which libvirt does not use and which the state would keep. Use a key (keyfile=) or a credentials file (authfile=).',
      },
    ]);
  });

  it("of a secret says what is wrong with it where that repeats nothing of it", () => {
    assert.deepEqual(failures({ uri: "qemu+ext://h/" }, ["uri"]), [
      {
        property: "",
        reason:
          "uri: the value cannot be used: the transport ext runs a program on this machine. Use one of unix, ssh, libssh, libssh2, tls, tcp.",
      },
    ]);
  });

  const tops = [...new Set(inputFields.map(({ path }) => path.split(".")[0] ?? "")), "unknown"];
  for (const input of tops) {
    it(`of the secret ${input} shows nothing of its value, whatever is wrong with it`, () => {
      const wrong = [
        `${SECRET}/\n`,
        [SECRET],
        { [SECRET]: SECRET },
        { file: SECRET },
        [{ name: SECRET }],
        { to: SECRET },
      ];
      for (const value of wrong) {
        const found = failures({ [input]: value }, [input]);
        assert.ok(found.every(({ property, reason }) => property === "" && reason.startsWith(input)));
        assert.doesNotMatch(JSON.stringify(found), new RegExp(SECRET));
      }
    });
  }

  it("knows the secrets that the program names, and records nothing of that", () => {
    const props = { domain: "d", __secrets: ["uri", 1] };
    assert.deepEqual(secretsIn(props), ["uri"]);
    assert.deepEqual(secretsIn({}), []);
    assert.deepEqual(fromWire(props), { domain: "d" });
  });
});
