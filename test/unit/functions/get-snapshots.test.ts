import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import { getSnapshot } from "../../../provider/functions/get-snapshot.js";
import { getSnapshots } from "../../../provider/functions/get-snapshots.js";
import { parseSnapshot } from "../../../provider/xml/snapshot.js";
import { document } from "../xml/corpus.js";
import { scriptedHost, type Prints, type ScriptedHost } from "./scripted-host.js";

const DOMAIN = { uuid: "bcfa3df3-7f64-4055-baf6-8ec50c3b0251", name: "debian12" };
const NOT_FOUND = "Domain snapshot not found: no domain snapshot with matching name 'x'";

function xml(name: string, parent?: string): string {
  return (
    `<domainsnapshot><name>${name}</name><state>shutoff</state><creationTime>1700000000</creationTime>` +
    (parent === undefined ? "" : `<parent><name>${parent}</name></parent>`) +
    "</domainsnapshot>\n"
  );
}

/** A host whose lists print these lines, one list after the other, and which has the documents of these names. */
function host(lists: string[], documents: Record<string, string>, current = "a"): ScriptedHost {
  const left = [...lists];
  const prints: Prints = (words) => {
    if (words.startsWith("snapshot-list"))
      return { stdout: left.length > 1 ? (left.shift() ?? "") : (left[0] ?? "") };
    if (words.startsWith("snapshot-current")) return { stdout: current };
    const text = documents[/--snapshotname=([^]*)$/.exec(words)?.[1] ?? ""];
    return text === undefined ? { error: NOT_FOUND } : { stdout: text };
  };
  return scriptedHost(DOMAIN, prints);
}

async function fails(running: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(running, (error) => isVirshError(error) && message.test(error.message));
}

describe("the snapshots of a domain", () => {
  const three = { a: xml("a"), b: xml("b", "a"), c: xml("c", "b") };

  it("come as a list in virsh's order, and as trees, from two processes", async () => {
    const opened = host(["c\nb\na\n"], three);
    const { snapshots, roots, domainUuid, domainName } = await getSnapshots(opened, { domain: "debian12" });
    assert.deepEqual([domainUuid, domainName], [DOMAIN.uuid, "debian12"]);
    assert.deepEqual(
      snapshots.map(({ name, parent, isCurrent }) => [name, parent, isCurrent]),
      [
        ["c", "b", false],
        ["b", "a", false],
        ["a", undefined, true],
      ],
    );
    const node = (name: string, ...children: object[]) => ({ name, children });
    assert.deepEqual(roots, [node("a", node("b", node("c")))]);
    assert.deepEqual(opened.processes, [
      ["snapshot-list --name", "snapshot-current --name"],
      ["c", "b", "a"].map((name) => `snapshot-dumpxml --snapshotname=${name}`),
    ]);
  });

  it("are listed with the filters alone, without the options of the connection", async () => {
    const opened = host([""], {});
    const filter = { leaves: true, external: true, uri: "qemu:///system", timeoutSeconds: 5 };
    const { snapshots, roots } = await getSnapshots(opened, { domain: "debian12", ...filter });
    assert.deepEqual([snapshots, roots], [[], []]);
    assert.deepEqual(opened.processes, [
      ["snapshot-list --leaves --external --name", "snapshot-current --name"],
    ]);
  });

  it("leave out one that is deleted between the list and the read", async () => {
    const { snapshots } = await getSnapshots(host(["a\nb\nc\n", "a\nc\n"], { a: three.a, c: three.c }), {
      domain: "debian12",
    });
    assert.deepEqual(
      snapshots.map(({ name }) => name),
      ["a", "c"],
    );
  });

  it("are an error when the list holds an empty line, which is no name", async () => {
    await fails(
      getSnapshots(host(["a\n\n"], three), { domain: "debian12" }),
      /virsh answered "a\\n\\n", which is not understood/,
    );
  });

  const lineBreaks: [list: string, documents: Record<string, string>, part: string][] = [
    ["a\nn\nl\n", { a: xml("a") }, '"n"'],
    ["a\na\nb\n", three, '"a"'],
  ];
  for (const [list, documents, part] of lineBreaks) {
    it(`are an error when a name holds a line break, listed as ${JSON.stringify(list)}`, async () => {
      await fails(
        getSnapshots(host([list], documents), { domain: "debian12" }),
        new RegExp(
          `^Unable to list the snapshots of debian12: a snapshot's name holds a line break.*: ${part} is`,
        ),
      );
    });
  }

  it("are an error when one of them cannot be read", async () => {
    await fails(
      getSnapshots(host(["a\n"], { a: "<domain/>" }), { domain: "debian12" }),
      /^Unable to read the XML of <domainsnapshot>/,
    );
  });
});

describe("one snapshot", () => {
  it("is described by its XML, with the images of its disks and its children", async () => {
    const text = document("9.0.0/snapshot-external-memory");
    const { name, disks, domain } = parseSnapshot(text);
    const opened = host(["child\n"], { [name]: text, child: xml("child") }, name);
    const told = await getSnapshot(opened, { domain: "debian12", name });
    assert.equal(told.id, `${DOMAIN.uuid}/${name}`);
    assert.deepEqual([told.location, told.consistency, told.isCurrent], ["external", "memory", true]);
    assert.equal(told.capturedMemory.snapshot, "external");
    assert.deepEqual(told.children, ["child"]);
    const [disk] = told.disks;
    assert.ok(disk !== undefined && disk.image !== disk.file);
    assert.deepEqual([disk.file, disk.image], [disks[0]?.source, domain?.disks[0]?.source]);
    assert.deepEqual([disk.imageFormat, disk.fileFormat, disk.deleteInProgress], ["qcow2", "qcow2", false]);
    assert.ok(opened.processes.flat().every((words) => !words.includes("--security-info")));
  });

  it("that does not exist is an error that lists those that do", async () => {
    await fails(
      getSnapshot(host(["a\nb\n"], {}), { domain: "debian12", name: "x" }),
      /^Unable to read snapshot "x" of debian12: Domain snapshot not found: .* It has "a", "b"\. Check domain, name and uri\.$/,
    );
    await fails(
      getSnapshot(host([""], {}), { domain: "debian12", name: "x" }),
      /The domain has no snapshot\. Check/,
    );
  });
});
