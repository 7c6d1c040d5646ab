import assert from "node:assert/strict";
import { CommandLine } from "./support/command-line.js";
import { ROOT } from "./support/example.js";
import { creationTime, inGuest, lab, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** The part of the output of `pulumi preview --json` that is compared. */
interface Digest {
  diagnostics: { severity: string; message: string }[];
  steps: { op: string; newState: { inputs: object } }[];
}

/** Without times and durations. */
function steady(json: string): string {
  return json.replaceAll(/"(?:duration|created|modified)": [^,\n]+/g, "");
}

const NAME = "instantánea1";

describe("the command line, on the project at the top of the repository", () => {
  let standIn: VirshStandIn;
  let commandLine: CommandLine;
  let domain: Guest;
  let taken: string;

  const pulumi = (...words: string[]) => commandLine.pulumi(...words);

  before(async () => {
    standIn = await VirshStandIn.make();
    commandLine = new CommandLine(ROOT, standIn.env);
    domain = { name: lab("LAB_DOMAIN"), uuid: await virsh("domuuid", lab("LAB_DOMAIN")) };
    await commandLine.open();
  });
  after(async () => {
    await standIn.close();
    await commandLine.close();
  });

  /** The virsh commands since the last call, each once. */
  const verbs = async () => {
    const asked = await standIn.verbs();
    await standIn.forget();
    return [...new Set(asked)].sort();
  };
  /** What `pulumi preview --json` writes to its standard output. */
  const digest = (...words: string[]) => commandLine.stdout("preview", "--json", ...words);

  it("previews a create, and only reads from the host", async () => {
    assert.match(await pulumi("preview"), /Resources:\n {4}\+ 2 to create\n/);
    assert.deepEqual(await verbs(), [
      ...["blockjob", "capabilities", "domstate", "dumpxml", "list"],
      ...["save-image-dumpxml", "snapshot-list", "uri", "version"],
    ]);
  });

  it("takes the snapshot, and shows the outputs that the quick start exports", async () => {
    const shown = await pulumi("up", "--yes", "--skip-preview");
    taken = await creationTime(domain, NAME);
    assert.match(shown, /Resources:\n {4}\+ 2 created\n/);
    for (const line of [`id            : "${domain.uuid}/${NAME}"`, `takenAt       : "${taken}"`]) {
      assert.ok(shown.includes(line), `${line} in ${shown}`);
    }
  });

  it("does not run virsh when nothing changes, neither in preview nor in up", async () => {
    await standIn.forget();
    assert.match(await pulumi("up", "--yes", "--expect-no-changes"), /Resources:\n {4}2 unchanged\n/);
    assert.deepEqual(await standIn.calls(), []);
  });

  it("shows in a preview what a revert discards, also with --diff, and only reads from the host", async () => {
    const line =
      `${domain.name} will go back to snapshot "${NAME}", taken ${taken}: ` +
      "everything since then, on disk and in memory, is discarded.";
    for (const how of [[], ["--diff"]]) {
      const shown = await pulumi("preview", ...how, "--config", "revert=please");
      assert.ok(shown.includes(line), `${line} in ${shown}`);
      assert.match(shown, /Resources:\n {4}~ 1 to update\n {4}1 unchanged\n/);
    }
    assert.deepEqual(await verbs(), [
      ...["capabilities", "dumpxml", "list", "save-image-dumpxml"],
      ...["snapshot-current", "snapshot-dumpxml", "uri", "version"],
    ]);
  });

  it("prints the same JSON each time, including the lines with their severity", async () => {
    const [once, again] = [
      await digest("--config", "revert=please"),
      await digest("--config", "revert=please"),
    ];
    assert.equal(steady(once), steady(again));
    const { diagnostics, steps } = JSON.parse(once) as Digest;
    // How the engine found its language host does not matter here.
    const ours = diagnostics.filter(({ message }) => !message.includes("pulumi-language-nodejs"));
    assert.deepEqual(
      ours.map(({ severity, message }) => [severity, message.includes("will go back to snapshot")]),
      [["warning", true]],
    );
    const [step] = steps.filter(({ op }) => op === "update");
    assert.deepEqual(Object.keys(step?.newState.inputs ?? {}).sort(), [
      "__provider",
      "atomic",
      "description",
      "domain",
      "name",
      "revert",
    ]);
    await standIn.forget();
  });

  it("reverts, and has nothing to refresh afterwards", async () => {
    await inGuest(domain.name, "remembered=after");
    // As the README says it: the engine takes some names and values for secrets, and refuses them.
    await pulumi("config", "set", "revert", new Date().toString());
    const shown = await pulumi("up", "--yes", "--skip-preview");
    assert.match(shown, /Resources:\n {4}~ 1 updated\n {4}1 unchanged\n/);
    assert.equal(await inGuest(domain.name, 'echo "$remembered"'), "");
    assert.match(
      await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
      /Resources:\n {4}2 unchanged\n/,
    );
  });

  it("exits with status 0 without drift and 7 with drift, when no changes are expected", async () => {
    const alarm = () => pulumi("preview", "--refresh", "--expect-no-changes");
    assert.match(await alarm(), /Resources:\n {4}2 unchanged\n/);
    await virsh("snapshot-delete", domain.name, NAME);
    await assert.rejects(alarm(), { code: 7 });
  });

  it("destroys the snapshot, and the VM keeps running", async () => {
    assert.match(await pulumi("destroy", "--yes", "--skip-preview"), /Resources:\n {4}- 2 deleted\n/);
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.equal(await virsh("domstate", domain.name), "running");
  });
});
