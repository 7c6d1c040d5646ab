import { GATES } from "../../provider/capabilities/version-gates.js";
import { domainCases, type DomainCase } from "../../test/behaviour/domain-cases.js";
import { externalRevertTable, revertTable } from "../../test/behaviour/revert.js";
import { takeTable } from "../../test/behaviour/take.js";
import { table } from "./table.js";

/** `docs/behaviour.md`, made of the tables whose rows are tests in the laboratory. */
export function behaviour(): string {
  return `# Behaviour, case by case

Each row of these tables is a test on a real libvirt: 9.0, 11.3 and 12.8 (\`test/behaviour\`,
\`test/live/take.test.ts\`, \`test/live/revert.test.ts\`, \`test/live/external.test.ts\`, \`test/live/domain-behaviour.test.ts\`). \`npm run generate\` makes
this page of them.

## Taking a snapshot

${table(["domain", "inputs", "state", "location", "memory", "consistency"], taken())}

These requests are refused before anything is touched:

${table(["domain", "inputs", "reason"], refused())}

## Reverting to an internal snapshot

${table(["taken while", "domain now", "`revert.to`", "domain afterwards"], revertTable.map(Object.values) as string[][])}

## Reverting to an external snapshot

libvirt deletes the overlays that the current snapshot started, and creates new ones. The preview names the overlays that are deleted.

${table(["inputs", "taken while", "domain now", "`revert.to`", "domain afterwards", "needs libvirt"], external())}

## What a Domain does

The program has declared a \`Domain\` \`vm\` with the title \`declared\`, \`running: false\` and \`shutdownTimeoutSeconds: 0\`, and
\`pulumi up\` has defined it. Then someone else acts on the host, and the program runs again.

${table(["someone …", "the program then declares", "the preview says", "`up`", "the host then has"], domainCases.map(domainRow))}

## Which libvirt version can do what

${table(["works from", "works before", "otherwise, libvirt …", "what to do"], gates())}
`;
}

function taken(): string[][] {
  return takeTable.flatMap(({ given, asked, gives }) =>
    "refused" in gives
      ? []
      : [[given.what, code(asked), gives.state, gives.location, gives.memory, gives.consistency]],
  );
}

function refused(): string[][] {
  return takeTable.flatMap(({ given, asked, gives }) =>
    "refused" in gives ? [[given.what, code(asked), gives.refused]] : [],
  );
}

function external(): string[][] {
  return externalRevertTable.map(({ asked, taken, now, to, ends, needs }) => {
    const from = GATES.find(({ feature }) => feature === needs)?.from ?? "";
    return [code(asked), taken, now, to, ends, from];
  });
}

function domainRow(row: DomainCase): string[] {
  const { someone, before, declares, says, does, error, inPreview, host } = row;
  const verb = declares === undefined ? "destroy" : "up";
  const failed = `${inPreview === true ? "the preview" : `\`${verb}\``} fails${error === undefined ? "" : `: ${quoted(error)}`}`;
  return [
    before === undefined || Object.keys(before).length === 0
      ? someone
      : `${someone}; it was declared with ${code(before)}`,
    declares === undefined ? "nothing: `pulumi destroy`" : code(declares).replace("none", "the same"),
    says.map(quoted).join(" "),
    does === "fails" ? failed : does,
    host === undefined ? "no such domain" : hostCell(host),
  ].map(named);
}

function hostCell({ name, title, state, disk }: NonNullable<DomainCase["host"]>): string {
  const own = [name, state, `title \`${title}\``, disk === undefined ? undefined : `disk \`${disk}\``];
  return own.filter((each) => each !== undefined).join(", ");
}

/** Messages contain `<name>`, which Markdown would take for a tag. */
function quoted(message: string): string {
  return `\`${message}\``;
}

function named(text: string): string {
  return text.replaceAll("NAME", "vm").replaceAll("UUID", "3f4c1ce8-…").replaceAll("DISK", "/images/vm");
}

function gates(): string[][] {
  return GATES.map(({ from = "–", until = "–", reason, remedy }) => [from, until, reason, remedy]);
}

function code(asked: object): string {
  const text = JSON.stringify(asked)
    .replaceAll("DIR/", "/…/")
    .replace(/"(\w+)":/g, "$1: ")
    .replaceAll(",", ", ");
  return text === "{}" ? "none" : `\`${text.slice(1, -1)}\``;
}
