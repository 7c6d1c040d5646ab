import {
  caseOf,
  MOMENTS,
  OPERATIONS,
  RESULTS,
  TABLE,
  VICTIMS,
  type Moment,
  type Operation,
  type Result,
  type Victim,
} from "../../test/faults/table.js";
import { table } from "./table.js";

/** The part of docs/guarantees.md on processes that die: what each result means, and a table for each moment. */
export function faults(): string {
  const meanings = Object.values(RESULTS).map(({ word, means }) => [word, means]);
  const parts = (Object.keys(MOMENTS) as Moment[]).map(
    (moment) => `**${capital(MOMENTS[moment])}:**\n\n${momentTable(moment)}`,
  );
  return [table(["result", "what it means"], meanings), ...parts].join("\n\n");
}

function momentTable(moment: Moment): string {
  const rows = TABLE[moment];
  const victims = (Object.keys(VICTIMS) as Victim[]).filter((victim) => rows[victim] !== undefined);
  const operations = Object.keys(OPERATIONS) as Operation[];
  return table(
    ["operation", ...victims.map((victim) => `${VICTIMS[victim]} dies`)],
    operations.map((operation) => [
      caseOf(operation).what,
      ...victims.map((victim) => word(rows[victim]?.[operation])),
    ]),
  );
}

/** `–`: the operation is over too soon to be met. */
function word(result: Result | undefined): string {
  return result === undefined ? "–" : RESULTS[result].word;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
