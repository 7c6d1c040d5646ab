import assert from "node:assert/strict";
import { changesMeaning } from "../../../provider/definition/changes.js";
import { definitionDigest } from "../../../provider/definition/flat.js";
import { withStamp } from "../../../provider/definition/stamp.js";
import { parseDocument } from "../../../provider/xml/document.js";
import { NAMES, printed, VERSIONS, written } from "./printed.js";

const parse = (text: string) => parseDocument(text, "domain");

function edited(text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, to);
  assert.notEqual(result, text);
  return result;
}

const means = (before: string, after: string, host: string) =>
  changesMeaning({ before: parse(before), after: parse(after), host: parse(host) });

for (const version of VERSIONS) {
  describe(`an edit of a declared definition, on libvirt ${version}`, () => {
    const declared = written("rich");
    const host = printed("rich", version);

    const formal: [what: string, after: string][] = [
      [
        "comments, blanks and line ends",
        edited(declared, "<!-- kept in a repository -->\n", "").replaceAll("\n  ", "\r\n\t"),
      ],
      ["quotes", declared.replaceAll('"', "'").replace("<?xml version='1.0'", '<?xml version="1.0"')],
      [
        "the order of elements",
        edited(
          edited(declared, /\s*<vcpu.*<\/vcpu>/, ""),
          "</domain>",
          '<vcpu current="1">2</vcpu></domain>',
        ),
      ],
      [
        "the order of attributes",
        edited(declared, '<disk type="file" device="disk">', '<disk device="disk" type="file">'),
      ],
      ["a unit", edited(declared, '<memory unit="GiB">1<', '<memory unit="MiB">1024<')],
      ["a reference", edited(declared, "&amp;", "&#38;")],
      [
        "the UUID that the domain has",
        edited(declared, "</name>", `</name>${/<uuid>.*<\/uuid>/.exec(host)?.[0] ?? ""}`),
      ],
      [
        "the machine that libvirt chose",
        edited(declared, 'machine="q35"', /machine='[^']*'/.exec(host)?.[0] ?? ""),
      ],
      [
        "an element that libvirt added",
        edited(declared, "<on_crash>", "<on_reboot>restart</on_reboot><on_crash>"),
      ],
      ["the case of a MAC address", edited(declared, "52:54:00:6B:3C:58", "52:54:00:6b:3c:58")],
    ];
    for (const [what, after] of formal) {
      it(`means nothing where it changes only ${what}`, () => {
        assert.equal(means(declared, after, host), false);
      });
    }

    const real: [what: string, after: string][] = [
      ["the title", edited(declared, "Everything", "All")],
      ["memory", edited(declared, '<memory unit="GiB">1<', '<memory unit="GiB">2<')],
      ["a part that no summary names", edited(declared, "<shares>2048<", "<shares>1024<")],
      ["an element that is taken out", edited(declared, /<cputune>[^]*<\/cputune>/, "")],
      ["an attribute that is taken out", edited(declared, ' cache="none"', "")],
      ["a device that is taken out", edited(declared, /<watchdog[^>]*>/, "")],
      ["the password of a screen", edited(declared, "sesame", "other")],
      ["the password of a screen, taken out", edited(declared, ' passwd="sesame"', "")],
      ["metadata of the user", edited(declared, "web team", "database team")],
      ["a disk", edited(declared, "/images/rich.qcow2", "/images/poor.qcow2")],
    ];
    for (const [what, after] of real) {
      it(`means another definition where it changes ${what}`, () => {
        assert.equal(means(declared, after, host), true);
      });
    }

    for (const name of NAMES) {
      it(`means nothing where a person's own text of ${name} takes the place of an imported one`, () => {
        const imported = printed(name, version);
        assert.equal(means(imported, withoutPassword(written(name)), imported), false);
      });
    }

    it("means another definition where a person's own text has something that the imported one lacks", () => {
      const own = edited(withoutPassword(declared), "</devices>", '<sound model="ich9"/></devices>');
      assert.equal(means(host, own, host), true);
      assert.equal(means(host, edited(host, /<rng[^]*<\/rng>/, ""), host), true);
    });
  });

  describe(`a definition that libvirt ${version} printed`, () => {
    const host = printed("rich", version);
    const digest = (text: string) => definitionDigest(parse(text));

    it("is the same with what a snapshot changes, under another name, and with what others note in it", () => {
      const stamped = withStamp(host, { id: "1", declared: "a", made: "b" });
      const overlaid = edited(
        host,
        "/images/rich.qcow2'/>",
        "/images/rich.s1'/><backingStore type='file'><format type='qcow2'/><source file='/images/rich.qcow2'/></backingStore>",
      );
      const renamed = edited(host, "<name>rich</name>", "<name>other</name>");
      const noted = edited(host, "web team", "backup of Monday");
      for (const text of [stamped, overlaid, renamed, noted]) assert.equal(digest(text), digest(host));
    });

    it("is the same with its controllers in another order, as 9.0 prints them once it was defined again", () => {
      const sata = /\s*<controller type='sata'[^]*?<\/controller>/.exec(host)?.[0] ?? "";
      const moved = edited(edited(host, sata, ""), "</devices>", `${sata}</devices>`);
      assert.equal(digest(moved), digest(host));
    });

    const changes: [what: string | RegExp, to: string][] = [
      ["<shares>2048<", "<shares>2<"],
      ["/images/install.iso", "/images/other.iso"],
      ["cache='none'", "cache='unsafe'"],
      [/<memory unit='KiB'>\d+</, "<memory unit='KiB'>2097152<"],
      ["<apic/>", ""],
      ["</devices>", "<sound model='ich9'/></devices>"],
      ["current='1'", "current='2'"],
    ];
    for (const [from, to] of changes) {
      it(`is another one with ${to === "" ? `no ${String(from)}` : to}`, () => {
        assert.notEqual(digest(edited(host, from, to)), digest(host));
      });
    }
  });
}

/** libvirt does not print it. */
function withoutPassword(text: string): string {
  return text.replace(' passwd="sesame"', "");
}
