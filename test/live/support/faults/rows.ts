import assert from "node:assert/strict";
import { MOMENTS, OPERATIONS, RESULTS, TABLE, VICTIMS, caseOf } from "../../../faults/table.js";
import type { Moment, Operation, Row, Victim } from "../../../faults/table.js";
import { broken, brokenAfterTheEnd, endedWithDaemon, resultOf, type Story } from "./promises.js";
import { playRound } from "./round.js";
import { FaultScene } from "./scene.js";
import { canMeet } from "./strike.js";
import { closed } from "../libvirt.js";

/**
 * Cells of the table of docs/guarantees.md, those of the rows that `isMeant` chooses. The operations of one row run side
 * by side, on a guest each.
 */
export function testRows(this: Mocha.Suite, isMeant: (victim: Victim, moment: Moment) => boolean): void {
  this.timeout(300_000);
  let scene: FaultScene | undefined;
  const skipped = new Map<Operation, string>();

  before(async () => {
    for (const operation of Object.keys(OPERATIONS) as Operation[]) {
      const { needs } = caseOf(operation);
      const reason = needs === undefined ? undefined : await closed(needs);
      if (reason !== undefined) skipped.set(operation, reason);
    }
  });
  after(() => scene?.close());

  for (const [moment, victims] of Object.entries(TABLE) as [Moment, (typeof TABLE)[Moment]][]) {
    for (const [victim, row] of Object.entries(victims) as [Victim, Row][]) {
      if (!isMeant(victim, moment)) continue;
      describe(`${VICTIMS[victim]}, ${MOMENTS[moment]}`, () => {
        let stories: Story[] = [];

        before(async () => {
          scene ??= await FaultScene.make([...skipped.keys()]);
          stories = await playRound(scene, moment, victim);
        });
        after(async () => {
          if (stories.length > 0 && stories.every((story) => broken(story).length === 0)) return;
          // Whatever is wrong with a guest or a state must not reach the next row.
          const spoilt = scene;
          scene = undefined;
          await spoilt?.close();
        });

        for (const operation of Object.keys(OPERATIONS) as Operation[]) {
          if (!canMeet(operation, moment)) continue;
          const result = row[operation];
          it(`${OPERATIONS[operation].what}: ${result === undefined ? "" : RESULTS[result].word}`, function () {
            if (skipped.has(operation)) this.skip();
            const story = stories.find((each) => each.operation === operation);
            assert.ok(story);
            if (endedWithDaemon(story)) {
              assert.deepEqual(brokenAfterTheEnd(story), []);
              return;
            }
            // On a busy machine libvirt may be done before it is met.
            const later = ["done", TABLE.answers[victim]?.[operation]];
            const isMissed =
              moment === "works" && resultOf(story) !== result && later.includes(resultOf(story));
            if (isMissed && broken(story).length === 0) this.skip();
            assert.deepEqual(
              [resultOf(story), broken(story)],
              [result, []],
              JSON.stringify([story.said.first.about[operation], story.seen], null, 1),
            );
          });
        }
      });
    }
  }
}
