import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import { functions } from "../../../provider/functions/functions.js";

type Name = keyof typeof functions;

const SHOULD_BE = "cannot be used: expected";
const UNKNOWN_FORMAT = "it is not a format that QEMU knows. Give for example raw or qcow2";

/** The arguments that a function refuses before it opens a host, and what it says. */
const REFUSED: [name: Name, raw: unknown, said: string][] = [
  ["getDomain", undefined, "domain: this property is required."],
  ["getDomain", {}, "domain: this property is required."],
  ["getDomain", { domain: null }, "domain: this property is required."],
  ["getDomain", { domain: 12 }, `domain: 12 ${SHOULD_BE} a string.`],
  [
    "getDomain",
    { domain: "" },
    'domain: "" cannot be used: a snapshot needs a domain. Give the domain\'s name or UUID.',
  ],
  [
    "getDomain",
    { domain: "a", colour: 1 },
    "colour: there is no such property. The properties are domain, uri, timeoutSeconds.",
  ],
  ["getDomain", { domain: "a", timeoutSeconds: 0 }, `timeoutSeconds: 0 ${SHOULD_BE} at least 1.`],
  ["getDomain", { domain: "a", timeoutSeconds: 1.5 }, `timeoutSeconds: 1.5 ${SHOULD_BE} a whole number.`],
  [
    "getDomain",
    { domain: "a", uri: "qemu+ssh://root:hunter2@host/system" },
    'uri: "qemu+ssh://root:***@host/system" cannot be used: it contains a password, which libvirt does not use and which the state would keep. Use a key (keyfile=) or a credentials file (authfile=).',
  ],
  ["getSnapshot", { domain: "a" }, "name: this property is required."],
  [
    "getSnapshot",
    { domain: "a", name: "" },
    'name: "" cannot be used: no snapshot has an empty name. Give the snapshot\'s name.',
  ],
  [
    "getSnapshot",
    { domain: "a", name: "\0" },
    String.raw`name: "\u0000" cannot be used: no snapshot can have such a name. Give the snapshot's name.`,
  ],
  ["getSnapshot", { domain: 1, name: 2 }, `domain: 1 ${SHOULD_BE} a string. name: 2 ${SHOULD_BE} a string.`],
  [
    "getSnapshotXml",
    { domain: "a", name: "b", security: "yes" },
    `security: "yes" ${SHOULD_BE} true or false.`,
  ],
  ["getSnapshots", { domain: "a", roots: 1 }, `roots: 1 ${SHOULD_BE} true or false.`],
  [
    "getSnapshots",
    { domain: "a", from: "b", current: true },
    "current: it starts from the current snapshot, and from names another start. Leave one of them out.",
  ],
  [
    "getSnapshots",
    { domain: "a", descendants: true },
    "descendants: it needs a snapshot to start from. Set from or current too.",
  ],
  [
    "getSnapshots",
    { domain: "a", roots: true, current: true },
    "roots: everything that came after a snapshot has a parent. Leave out roots, or from and current.",
  ],
  [
    "getSnapshots",
    { domain: "a", leaves: true, noLeaves: true },
    "noLeaves: no snapshot is both a leaf and not a leaf. Leave out leaves, noLeaves or both.",
  ],
  ["getDiskSnapshots", {}, "file: this property is required."],
  ...["-x", "a.qcow2", "nbd://host/x", 'json:{"file":"/x"}', ""].map((file): [Name, unknown, string] => [
    "getDiskSnapshots",
    { file },
    `file: ${JSON.stringify(file)} cannot be used: the path of a file on the host must be absolute. Start it with /.`,
  ]),
  ["getDiskSnapshots", { file: "/x", format: "-x y" }, `format: "-x y" cannot be used: ${UNKNOWN_FORMAT}.`],
];

describe("the arguments of a function", () => {
  const open = () => assert.fail("a host was opened");

  for (const [name, raw, said] of REFUSED) {
    it(`${name}(${JSON.stringify(raw)}) are refused with a message that helps, and no host is opened`, async () => {
      await assert.rejects(functions[name](open, raw), (error) => {
        assert.ok(isVirshError(error, "Invalid"), String(error));
        assert.equal(error.message.replace(/\.$/, ""), `Unable to call ${name}: ${said}`.replace(/\.$/, ""));
        return true;
      });
    });
  }
});
