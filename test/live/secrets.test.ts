import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SnapshotArgs } from "../../sdk/index.js";
import { CommandLine } from "./support/command-line.js";
import { guest, redefine, virsh, type Guest } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

// The program and the provider find `pulumi-virsh` from there.
const PLACE = join(__dirname, "../work");
const SECRET = "hunter2";

/** In a log, and in the debug events of --json, engine and SDK note their own calls, with every value in them. */
const OF_PULUMI = /^\{"(?:time|sequence)":.*\bRPC\b/;

/** Every input is a secret but the names, which are parts of the resource's ID. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { Snapshot } = require("pulumi-virsh");
const given = JSON.parse(require("node:fs").readFileSync("given.json", "utf8"));
const names = ["domain", "name"];
const hidden = Object.entries(given).map(([key, value]) => [key, names.includes(key) ? value : pulumi.secret(value)]);
new Snapshot("a", Object.fromEntries(hidden));
`;

describe("secrets of a program", () => {
  let folder: string;
  let standIn: VirshStandIn;
  let commandLine: CommandLine;
  let domain: Guest;

  before(async () => {
    await mkdir(PLACE, { recursive: true });
    folder = await mkdtemp(join(PLACE, "secrets-"));
    await writeFile(join(folder, "Pulumi.yaml"), "name: secrets\nruntime: nodejs\nmain: index.js\n");
    await writeFile(join(folder, "index.js"), PROGRAM);
    standIn = await VirshStandIn.make();
    commandLine = new CommandLine(folder, standIn.env);
    await commandLine.open();
    domain = await guest("--off");
  });
  after(async () => {
    await commandLine.close();
    await standIn.close();
    await rm(folder, { recursive: true });
  });

  /** What a command wrote, whether it succeeded or not. */
  const written = (...words: string[]): Promise<string> =>
    commandLine.pulumi(...words).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return stdout + stderr;
    });
  const given = (args: Partial<Record<keyof SnapshotArgs | "descripton" | "revet", unknown>>) =>
    writeFile(join(folder, "given.json"), JSON.stringify({ domain: domain.name, ...args }));
  const hides = (text: string, what: string) => {
    const lines = text.split("\n").filter((line) => line.includes(SECRET) && !OF_PULUMI.test(line));
    assert.deepEqual(lines, [], what);
  };

  it("are in no line of a failed check, for each input", async () => {
    const wrong: [args: Parameters<typeof given>[0], says: RegExp][] = [
      [
        { uri: `qemu+ssh://u:${SECRET}@h/system` },
        /has a problem: uri: the value cannot be used: it contains a password/,
      ],
      [
        { uri: `qemu+ssh://h/system?token=${SECRET}` },
        /has a problem: uri: the value cannot be used: it has a parameter that/,
      ],
      [
        { description: `${SECRET}\u0001` },
        /has a problem: description: the value cannot be used: it contains the character U\+0001/,
      ],
      [{ revert: { triggers: SECRET } }, /has a problem: revert: the value cannot be used/],
      [{ memory: { snapshot: "external", file: SECRET } }, /has a problem: memory: the value cannot be used/],
      [{ disks: [{ name: "vda", snapshot: SECRET }] }, /has a problem: disks: the value cannot be used/],
      [{ deleteScope: SECRET }, /has a problem: deleteScope: the value cannot be used/],
      [{ descripton: SECRET }, /has a problem: descripton: the value cannot be used/],
    ];
    for (const [args, says] of wrong) {
      await given(args);
      const shown = await written("preview");
      assert.match(shown, says);
      hides(shown, JSON.stringify(args));
    }
    hides(await written("preview", "--json"), "as JSON");
    hides(await written("up", "--yes", "--skip-preview", "--logtostderr", "-v=9"), "in a log");
  });

  it("are in no line of a whole life, as text, as JSON, in the log or in the state", async () => {
    const commands: [text: string, ...words: string[]][] = [
      [SECRET, "preview", "--diff"],
      [SECRET, "preview", "--json"],
      [SECRET, "up", "--yes", "--skip-preview", "--logtostderr", "-v=9"],
      [`${SECRET} again`, "up", "--yes", "--skip-preview", "--json"],
      [`${SECRET} again`, "refresh", "--yes", "--skip-preview"],
      [`${SECRET} again`, "stack", "export"],
    ];
    for (const [description, ...words] of commands) {
      await given({ description });
      hides(await written(...words), words.join(" "));
    }
    assert.match(await virsh("snapshot-dumpxml", domain.uuid, "a"), new RegExp(`${SECRET} again`));
  });

  it("are in no line of failed calls", async () => {
    const away = "End of file while reading data: Input/output error";
    const calls: [refused: string, ...words: string[]][] = [
      ["snapshot-create", "up", "--yes", "--skip-preview"],
      ["snapshot-dumpxml", "refresh", "--yes", "--skip-preview"],
      ["snapshot-delete", "destroy", "--yes", "--skip-preview"],
    ];
    await given({ description: `${SECRET} once more` });
    for (const [refused, ...words] of calls) {
      await standIn.refuse(refused, away);
      const shown = await written(...words);
      assert.match(shown, /error/);
      hides(shown, words.join(" "));
    }
    await standIn.allow();
    hides(await written("destroy", "--yes", "--skip-preview", "--logtostderr", "-v=9"), "destroy");
  });

  it("of a domain's definition, such as the password of its screen, are in no message", async () => {
    await redefine(domain, (xml) =>
      xml.replace(
        "</devices>",
        `<graphics type='vnc' port='-1' autoport='yes' passwd='${SECRET}'/></devices>`,
      ),
    );
    assert.match(await virsh("dumpxml", "--inactive", "--security-info", domain.uuid), new RegExp(SECRET));
    await given({ description: "plain" });
    hides(await written("up", "--yes", "--skip-preview"), "up");
    assert.match(await virsh("snapshot-dumpxml", "--security-info", domain.uuid, "a"), new RegExp(SECRET));
    await given({ description: "edited" });
    await standIn.refuse("snapshot-create", `XML error: cannot use passwd='${SECRET}'`);
    const refused = await written("up", "--yes", "--skip-preview");
    assert.match(refused, /XML error/);
    hides(refused, "refused");
    await standIn.allow();
    hides(await written("up", "--yes", "--skip-preview"), "edit");
    // The password is still there: an edit does not lose it.
    assert.match(await virsh("snapshot-dumpxml", "--security-info", domain.uuid, "a"), new RegExp(SECRET));
    hides(await written("destroy", "--yes", "--skip-preview"), "destroy");
  });
});
