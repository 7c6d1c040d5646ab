import { GATES } from "../../provider/capabilities/version-gates.js";
import { externalRevertTable, revertTable } from "../../test/behaviour/revert.js";
import { takeTable } from "../../test/behaviour/take.js";
import { table } from "./table.js";

/** `docs/behaviour.md`, made of the tables whose rows are tests in the laboratory. */
export function behaviour(): string {
  return `# Behaviour, case by case

Each row of these tables is a test on a real libvirt: 9.0, 11.3 and 12.8 (\`test/behaviour\`,
\`test/live/take.test.ts\`, \`test/live/revert.test.ts\`, \`test/live/external.test.ts\`). \`npm run generate\` makes
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
