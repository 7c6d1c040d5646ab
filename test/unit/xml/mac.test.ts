import assert from "node:assert/strict";
import { withMacsOf } from "../../../provider/xml/mac.js";

const vm = (...interfaces: string[]) => `<domain><devices>${interfaces.join("")}</devices></domain>`;
const nic = (mac: string, type = "user") => `<interface type="${type}"><mac address="${mac}"/></interface>`;
const [A, B, C] = ["52:54:00:00:00:0a", "52:54:00:00:00:0b", "52:54:00:00:00:0c"] as const;

describe("the MAC addresses of a domain that is defined again", () => {
  const cases: [what: string, declared: string, host: string, result: string][] = [
    ["stay where the XML names none", vm('<interface type="user"/>'), vm(nic(A)), vm(nic(A))],
    [
      "stay in their order",
      vm('<interface type="user"></interface>', '<interface type="user" />'),
      vm(nic(A), nic(B)),
      vm(nic(A), nic(B)),
    ],
    [
      "are not given twice",
      vm('<interface type="user"/>', nic(A.toUpperCase())),
      vm(nic(A), nic(B)),
      vm(nic(B), nic(A.toUpperCase())),
    ],
    [
      "stay with the type of their interface",
      vm('<interface type="network"/>', '<interface type="user"/>'),
      vm(nic(A), nic(C, "network")),
      vm(nic(C, "network"), nic(A)),
    ],
    [
      "are new for a new interface",
      vm(nic(A), '<interface type="user"/>'),
      vm(nic(A)),
      vm(nic(A), '<interface type="user"/>'),
    ],
    ["change as the XML says", vm(nic(B)), vm(nic(A)), vm(nic(B))],
  ];
  for (const [what, declared, host, result] of cases) {
    it(what, () => {
      assert.equal(withMacsOf(declared, host), result);
    });
  }
});
