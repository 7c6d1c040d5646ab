import assert from "node:assert/strict";
import { declaredDigest, withStamp } from "../../../provider/definition/stamp.js";
import { replacementLine, type ReplacementFacts } from "../../../provider/domain/replacement-lines.js";
import { warning } from "../../../provider/hypervisor/notice.js";

const XML = "<domain type='qemu'><name>vm</name><memory>65536</memory><os><type>hvm</type></os></domain>";
const VM = { name: "vm", uuid: "bcfa3df3" };

/** What the host has: a domain that was defined from that XML. */
const ours = withStamp(XML, { id: "1", declared: declaredDigest(XML) });
const firmware = (file: string, xml: string) => xml.replace("</os>", `<nvram>${file}</nvram></os>`);

const FACTS: ReplacementFacts = {
  ...{ domain: VM, state: "shut off", persistent: true, autostart: false, managedSave: false, xml: ours },
  ...{ snapshots: [], checkpoints: [], nvram: { file: undefined, others: [] } },
};

function replaced(facts: Partial<ReplacementFacts>, xml = XML, shutdownTimeoutSeconds = 5) {
  return replacementLine({ xml, shutdownTimeoutSeconds }, { ...FACTS, ...facts });
}

describe("what a preview prints about a domain that is replaced", () => {
  const begins = "vm (bcfa3df3) is replaced, and it is deleted first:";
  const generated = "/var/lib/libvirt/qemu/nvram/vm_VARS.fd";
  const rows: [what: string, facts: Partial<ReplacementFacts>, xml: string, expected: string][] = [
    ["a domain that is off", {}, XML, "it is off"],
    [
      "a running domain",
      { state: "running" },
      XML,
      "it is running, and is shut down, after 5 s as by a power cut",
    ],
    ["a paused domain", { state: "paused" }, XML, "it is paused, and is stopped as by a power cut"],
    [
      "a managed-save image",
      { managedSave: true },
      XML,
      "it is off; the memory in its managed-save image is lost",
    ],
    [
      "variables of the firmware that libvirt generated",
      { nvram: { file: generated, others: [] } },
      XML,
      `it is off; its NVRAM, ${generated}, is deleted`,
    ],
    [
      "variables of the firmware in a file of the user",
      { nvram: { file: "/my/vars.fd", others: [] } },
      XML,
      "it is off; its NVRAM, /my/vars.fd, is kept",
    ],
    [
      "snapshots and checkpoints",
      { snapshots: ["a", "b"], checkpoints: ["c"] },
      XML,
      'it is off; it has snapshots ("a", "b") and checkpoints ("c"): those of this program are lost with it, and if there are others, nothing is done',
    ],
  ];
  for (const [what, facts, xml, expected] of rows) {
    it(`says what becomes of ${what}`, () => {
      assert.deepEqual(replaced(facts, xml), warning(`${begins} ${expected}. Its disks stay.`));
    });
  }

  it("keeps variables of the firmware that the new definition names", () => {
    const xml = firmware(generated, XML);
    const definition = withStamp(xml, { id: "1", declared: declaredDigest(xml) });
    const facts = { xml: definition, nvram: { file: generated, others: [] } };
    assert.match(replaced(facts, xml).text, /vm_VARS\.fd, is kept\. Its disks stay\.$/);
  });

  it("warns of the power cut where the guest gets no time to shut down", () => {
    assert.match(
      replaced({ state: "running" }, XML, 0).text,
      /it is running, and is stopped as by a power cut/,
    );
  });

  it("leaves open whether it is replaced where it may not be the program's own", () => {
    assert.deepEqual(
      replaced({ xml: XML }),
      warning(
        'The host already has the domain "vm" (bcfa3df3). If this create replaces it, it is deleted first: it is off. ' +
          "Its disks stay. Otherwise the create will be refused: choose another <name>, or set adopt: true to adopt the domain and replace its definition.",
      ),
    );
  });
});
