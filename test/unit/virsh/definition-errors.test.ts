import assert from "node:assert/strict";
import type { ErrorKind } from "../../../provider/errors.js";
import { VirshError } from "../../../provider/errors.js";
import { aboutDefinition } from "../../../provider/virsh/definition-errors.js";
import { explain } from "../../../provider/virsh/errors.js";

/** Texts as libvirt 9.0, 11.3 and 12.8 print them, after `error: `. */
const CAUSES: [cause: string, kind: ErrorKind, next: RegExp][] = [
  ["missing name information", "Invalid", /default namespace/],
  ["internal error: missing domain type attribute", "Invalid", /Give <domain> a type/],
  ["unsupported configuration: invalid domain type qemuu", "Unsupported", /virsh capabilities/],
  [
    "unsupported configuration: Emulator '/usr/bin/qemu-system-x86_64' does not support virt type 'kvm'",
    "Unsupported",
    /virsh capabilities/,
  ],
  ["XML error: an os <type> must be specified", "Invalid", /<os><type>hvm/],
  [
    "XML error: Memory size must be specified via <memory> or in the <numa> configuration",
    "Invalid",
    /<memory unit="MiB">/,
  ],
  ["Failed to create file '/etc/libvirt/qemu/n.xml.new': File name too long", "Invalid", /shorter name/],
  ["XML error: Invalid value for attribute 'autoport' in element 'graphics': 'x'.", "Invalid", /--validate/],
  ["internal error: cannot parse vnc port x", "Unexpected", /--validate/],
];

describe("a definition that libvirt refuses", () => {
  for (const [cause, kind, next] of CAUSES) {
    it(`has a next step after ${cause.slice(0, 50)}`, () => {
      const error = aboutDefinition(explain(`error: Failed to define\nerror: ${cause}\n`, "define a domain"));
      assert.ok(error instanceof VirshError);
      assert.deepEqual([error.kind, error.said], [kind, cause]);
      assert.match(error.next ?? "", next);
    });
  }

  it("is not told to be corrected where the host could not be reached", () => {
    const away = new VirshError({ kind: "Unreachable", tried: "define a domain", said: "no" });
    assert.equal(aboutDefinition(away), away);
  });

  it("is named without the XML that libxml repeats, on every libvirt", () => {
    for (const place of ["(domain_definition):1", "at line 1"]) {
      const text = `error: ${place}: Excessive depth in document: 256 use XML_PARSE_HUGE option\n<domain><a passwd='s'>\n---^\n`;
      const { kind, said } = explain(text, "define a domain");
      assert.deepEqual(
        [kind, said],
        ["Invalid", `${place}: Excessive depth in document: 256 use XML_PARSE_HUGE option`],
      );
    }
  });
});
