import assert from "node:assert/strict";
import { OPERATIONS, TABLE, type Moment, type Operation } from "../faults/table.js";
import { testRows } from "./support/faults/rows.js";
import { canMeet } from "./support/faults/strike.js";

describe("a process that dies before libvirt has the call, or beside libvirt (table of docs/guarantees.md)", function () {
  it("has a result for every operation that can be met, at each moment", () => {
    const missing = Object.entries(TABLE).flatMap(([moment, victims]) =>
      Object.entries(victims).flatMap(([victim, row]) =>
        (Object.keys(OPERATIONS) as Operation[])
          .filter((operation) => canMeet(operation, moment as Moment) !== (row[operation] !== undefined))
          .map((operation) => `${operation}, ${victim}, ${moment}`),
      ),
    );
    assert.deepEqual(missing, []);
  });

  testRows.call(
    this,
    (victim, moment) =>
      victim === "provider" || victim === "engine" || moment === "looks" || moment === "asks",
  );
});
