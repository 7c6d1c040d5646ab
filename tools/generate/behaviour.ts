import { GATES } from "../../provider/capabilities/version-gates.js";
import { externalRevertTable, revertTable } from "../../test/behaviour/revert.js";
import { takeTable } from "../../test/behaviour/take.js";
import { table } from "./table.js";

/** `docs/behaviour.md`, made of the tables that the laboratory is asked row by row. */
export function behaviour(): string {
  return `# What happens

Made by \`npm run generate\` from the tables that the tests put to a real libvirt, row by row
(\`test/behaviour\`, \`test/live/take.test.ts\`, \`test/live/revert.test.ts\`, \`test/live/external.test.ts\`), on
libvirt 9.0, 11.3 and 12.8.

## Taking a snapshot

${table(["domain", "asked", "state", "location", "memory", "consistency"], taken())}

Refused before anything is touched:

${table(["domain", "asked", "because"], refused())}

## Reverting to an internal snapshot

${table(["taken while", "domain now", "`revert.to`", "ends"], revertTable.map(Object.values) as string[][])}

## Reverting to an external snapshot

The overlays that the current snapshot began are deleted, and libvirt makes new ones; the preview names those that go.

${table(["asked", "taken while", "domain now", "`revert.to`", "ends", "needs libvirt"], external())}

## What depends on the daemon's version

${table(["works from", "works until", "before and after that, libvirt …", "what to do"], gates())}
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
  return text === "{}" ? "nothing" : `\`${text.slice(1, -1)}\``;
}
