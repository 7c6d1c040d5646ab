import assert from "node:assert/strict";
import { check } from "../../../provider/snapshot/check.js";
import { inputFields } from "../../../provider/snapshot/inputs.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";

const REQUIRED = { domain: "debian12", name: "a" };
const DOMAIN_UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";

/** The other inputs that an input requires. */
const COMPANIONS: Record<string, object> = {
  quiesce: { diskOnly: true },
  live: { memory: { snapshot: "external", file: "/m" } },
  reuseExternal: { disks: [{ name: "vda", snapshot: "external", file: "/o" }] },
};

/** The inputs with the one at `path` set to `value`. */
function withInput(path: string, value: unknown): Record<string, unknown> {
  const [key = "", nested] = path.split(".");
  return { ...REQUIRED, ...COMPANIONS[key], [key]: nested === undefined ? value : { [nested]: value } };
}

const flag = {
  right: [true, false],
  wrong: [["yes", '"yes" cannot be used: expected true or false.']],
} satisfies Row;

interface Row {
  right: unknown[];
  wrong: [value: unknown, reason: string][];
}

/** Input by input: correct values, and wrong ones with the reason. */
const TABLE: Record<string, Row> = {
  uri: {
    right: ["qemu:///system", "qemu+ssh://root@host/system", "test:///default", "my-alias"],
    wrong: [
      [5, "5 cannot be used: expected a string."],
      ["", '"" cannot be used: it is empty. Leave it out to use the default of virsh.'],
      [
        "qemu+ext:///system?command=/tmp/x",
        '"qemu+ext:///system?***" cannot be used: the transport ext runs a program on this machine. Use one of unix, ssh, libssh, libssh2, tls, tcp.',
      ],
      [
        "qemu+ssh://u:hunter2@h/system",
        '"qemu+ssh://u:***@h/system" cannot be used: it contains a password, which libvirt does not use and which the state would keep. Use a key (keyfile=) or a credentials file (authfile=).',
      ],
    ],
  },
  domain: {
    right: ["debian12", DOMAIN_UUID, DOMAIN_UUID.toUpperCase(), "a b", "$(touch pwned)", "007", "ñ日本🙂"],
    wrong: [
      ["", `"" cannot be used: a snapshot needs a domain. Give the domain's name or UUID.`],
      [
        "a\nb",
        `"a\\nb" cannot be used: no domain can have a name with a line break or a NUL character. Give the domain's name or UUID.`,
      ],
      [
        "a\0b",
        `"a\\u0000b" cannot be used: no domain can have a name with a line break or a NUL character. Give the domain's name or UUID.`,
      ],
      [12, "12 cannot be used: expected a string."],
      [undefined, "this property is required."],
      [null, "this property is required."],
    ],
  },
  name: {
    right: ["a", "instantánea1", "a b", "-x", "--", "0123", "true", `<&>"'`],
    wrong: [
      [5, "5 cannot be used: expected a string."],
      [
        "a/b",
        '"a/b" cannot be used: it contains "/", which libvirt refuses. Use another name, for example "a-b".',
      ],
      [undefined, "this property is required."],
    ],
  },
  description: {
    right: ["", "Creada carpeta importante", "two\nlines\tand a tab", "ñ日本🙂", "é".repeat(60_000)],
    wrong: [
      [false, "false cannot be used: expected a string."],
      [
        "\u0001",
        '"\\u0001" cannot be used: it contains the character U+0001, which XML cannot carry. Remove it.',
      ],
      [
        "\ufffe",
        '"\ufffe" cannot be used: it contains the character U+FFFE, which XML cannot carry. Remove it.',
      ],
      [
        "\ud800",
        '"\\ud800" cannot be used: it contains half of a surrogate pair, which UTF-8 cannot encode. Remove it.',
      ],
      [
        "é".repeat(60_001),
        `"${"é".repeat(76)}…" cannot be used: it takes 120002 bytes of UTF-8, and 120000 fit into a command line. Shorten it.`,
      ],
    ],
  },
  diskOnly: {
    right: [true, false],
    wrong: [
      ["true", '"true" cannot be used: expected true or false.'],
      [1, "1 cannot be used: expected true or false."],
    ],
  },
  memory: {
    right: [{ snapshot: "no" }, { snapshot: "internal" }, { snapshot: "external", file: "/m, 1" }],
    wrong: [["external", '"external" cannot be used: expected an object.']],
  },
  disks: {
    right: [
      [],
      [{ name: "vda", snapshot: "no" }],
      [{ name: "/images/vda", snapshot: "external", file: "/o", driver: "qed", type: "block" }],
    ],
    wrong: [["vda", '"vda" cannot be used: expected a list.']],
  },
  quiesce: {
    right: ["none", "preferred", "required"],
    wrong: [[true, 'true cannot be used: expected "none", "preferred" or "required".']],
  },
  atomic: flag,
  live: flag,
  halt: flag,
  reuseExternal: flag,
  validate: flag,
  adopt: flag,
  "revert.triggers": {
    right: [[], ["token"], [1, null, { deep: [true] }], [UNKNOWN]],
    wrong: [
      ["token", '"token" cannot be used: expected a list.'],
      [{ a: 1 }, '{"a":1} cannot be used: expected a list.'],
    ],
  },
  "revert.onDrift": flag,
  "revert.to": {
    right: ["captured", "running", "paused", "shutoff"],
    wrong: [["off", '"off" cannot be used: expected "captured", "running", "paused" or "shutoff".']],
  },
  "revert.force": flag,
  "revert.resetNvram": flag,
  "revert.safetySnapshot": {
    right: [{ keep: 1 }, { keep: 100 }],
    wrong: [[true, "true cannot be used: expected an object."]],
  },
  deleteScope: {
    right: ["snapshot", "children", "childrenOnly", "metadata"],
    wrong: [["all", '"all" cannot be used: expected "snapshot", "children", "childrenOnly" or "metadata".']],
  },
  timeoutSeconds: {
    right: [1, 600, 604_800],
    wrong: [
      [0, "0 cannot be used: expected at least 1."],
      [-5, "-5 cannot be used: expected at least 1."],
      [604_801, "604801 cannot be used: expected at most 604800."],
      [1.5, "1.5 cannot be used: expected a whole number."],
      ["600", '"600" cannot be used: expected a number.'],
    ],
  },
};

describe("checking the inputs of a snapshot", () => {
  it("has a row in this table for every input", () => {
    assert.deepEqual(
      Object.keys(TABLE),
      inputFields.map(({ path }) => path),
    );
  });

  for (const [path, { right, wrong }] of Object.entries(TABLE)) {
    it(`accepts correct values of ${path}`, () => {
      for (const value of right) {
        assert.deepEqual(check(withInput(path, value)), { inputs: withInput(path, value), problems: [] });
      }
    });

    for (const [value, reason] of wrong) {
      it(`refuses ${path} ${JSON.stringify(value ?? null).slice(0, 30)}`, () => {
        assert.deepEqual(check(withInput(path, value)).problems, [
          { property: path, reason: `${path}: ${reason}` },
        ]);
      });
    }

    it(`accepts a value of ${path} that is not known yet`, () => {
      assert.deepEqual(check(withInput(path, UNKNOWN)).problems, []);
    });
  }

  it("reports every problem at once", () => {
    const { problems } = check({ name: "", diskOnly: 1, colour: "red", revert: { at: "noon" } });
    assert.deepEqual(problems, [
      { property: "domain", reason: "domain: this property is required." },
      {
        property: "name",
        reason:
          'name: "" cannot be used: a snapshot needs a name. Give one, or leave the property out to use the resource\'s name.',
      },
      { property: "diskOnly", reason: "diskOnly: 1 cannot be used: expected true or false." },
      {
        property: "revert.at",
        reason:
          "revert.at: there is no such property. The properties are triggers, onDrift, to, force, resetNvram, safetySnapshot.",
      },
      {
        property: "colour",
        reason:
          "colour: there is no such property. The properties are uri, domain, name, description, diskOnly, memory, disks, quiesce, atomic, live, halt, reuseExternal, validate, adopt, revert, deleteScope, timeoutSeconds.",
      },
    ]);
  });

  it("refuses properties with the names of those that every object inherits", () => {
    for (const property of ["constructor", "toString", "__proto__"]) {
      const raw = JSON.parse(`{"domain": "d", "name": "n", "${property}": 1}`) as Record<string, unknown>;
      assert.deepEqual(
        check(raw).problems.map((problem) => problem.property),
        [property],
      );
    }
  });

  it("refuses an unknown property although its value is not known yet", () => {
    assert.deepEqual(
      check({ ...REQUIRED, desciption: UNKNOWN }).problems.map(({ property }) => property),
      ["desciption"],
    );
  });

  it("refuses a revert that is not an object, and accepts one that is not known yet", () => {
    assert.deepEqual(check({ ...REQUIRED, revert: "now" }).problems, [
      { property: "revert", reason: 'revert: "now" cannot be used: expected an object.' },
    ]);
    assert.deepEqual(check({ ...REQUIRED, revert: UNKNOWN }).problems, []);
  });

  it("reads null as absent", () => {
    const { inputs, problems } = check({
      ...REQUIRED,
      uri: null,
      description: null,
      revert: { triggers: null },
    });
    assert.deepEqual({ inputs, problems }, { inputs: { ...REQUIRED, revert: {} }, problems: [] });
  });

  it("keeps null among the triggers, where it is a value", () => {
    const revert = { triggers: [null, { a: null }] };
    assert.deepEqual(check({ ...REQUIRED, revert }).inputs.revert, revert);
  });

  it("writes the line ends of a description as libvirt reads them back", () => {
    assert.equal(check({ ...REQUIRED, description: "a\r\nb\rc\n\r" }).inputs.description, "a\nb\nc\n\n");
  });
});
