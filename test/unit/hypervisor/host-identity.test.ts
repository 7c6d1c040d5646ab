import assert from "node:assert/strict";
import { compareHosts, type Comparison } from "../../../provider/hypervisor/host-identity.js";

/** The UUID of a machine: version 1. And two that may be made up: version 4. */
const FIRM = "3d1219c7-c4c5-1040-aa1f-6d2a48adfda4";
const FIRM_2 = "4c4c4544-0043-5010-8054-b7c04f513333";
const RANDOM = "ba0576d2-2724-42bb-8ceb-fadab427b095";
const RANDOM_2 = "45972247-4a7e-4411-a5e6-6bc273bdb25a";

type Given = [uuid: string | undefined, uri: string];

describe("the host of a state and the one that answers", () => {
  const table: [claim: string, is: Comparison, one: Given, another: Given][] = [
    ["UUID and URI are the same", "same", [FIRM, "qemu:///system"], [FIRM, "qemu:///system"]],
    ["only the way there differs", "same", [FIRM, "qemu:///system"], [FIRM, "qemu+ssh://root@h:2222/system"]],
    [
      "only the socket of the system daemon differs",
      "same",
      [FIRM, "qemu:///system"],
      [FIRM, "qemu+unix:///system?socket=/run/x"],
    ],
    ["system and session daemon of one host", "other", [FIRM, "qemu:///system"], [FIRM, "qemu:///session"]],
    ["two drivers of one host", "other", [FIRM, "qemu:///system"], [FIRM, "lxc:///system"]],
    ["sessions of two users", "other", [FIRM, "qemu+ssh://a@h/session"], [FIRM, "qemu+ssh://b@h/session"]],
    [
      "two session sockets",
      "other",
      [FIRM, "qemu:///session?socket=/a"],
      [FIRM, "qemu:///session?socket=/b"],
    ],
    [
      "one session, its socket named once",
      "same",
      [FIRM, "qemu:///session?socket=/a"],
      [FIRM, "qemu:///session"],
    ],
    ["another UUID behind one URI", "other", [FIRM, "qemu+ssh://h/system"], [FIRM_2, "qemu+ssh://h/system"]],
    ["another UUID, one of them a machine's", "other", [FIRM, "qemu:///system"], [RANDOM, "qemu:///system"]],
    [
      "another UUID, both perhaps made up",
      "unclear",
      [RANDOM, "qemu:///session"],
      [RANDOM_2, "qemu:///session"],
    ],
    [
      "another UUID and URI, both UUIDs perhaps made up",
      "other",
      [RANDOM, "qemu:///session?socket=/a"],
      [RANDOM_2, "qemu:///session?socket=/b"],
    ],
    ["no UUIDs, one URI", "same", [undefined, "test:///default"], [undefined, "test:///default"]],
    ["no UUIDs, two URIs", "other", [undefined, "test:///default"], [undefined, "test:///else"]],
    ["a UUID on one side only", "unclear", [undefined, "qemu:///system"], [RANDOM, "qemu:///system"]],
  ];
  const host = ([uuid, uri]: Given) => ({ uri, ...(uuid === undefined ? {} : { uuid }) });
  for (const [claim, is, one, another] of table) {
    it(`are ${is}: ${claim}`, () => {
      assert.equal(compareHosts(host(one), host(another)), is);
      assert.equal(compareHosts(host(another), host(one)), is);
    });
  }
});
