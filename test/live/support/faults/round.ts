import type { Moment, Operation, Victim } from "../../../faults/table.js";
import type { RecordedResource, TestStack } from "../engine.js";
import { isDone, type Story } from "./promises.js";
import type { FaultScene } from "./scene.js";
import { strike } from "./strike.js";

const CREATES: readonly Operation[] = ["memory", "quiesced", "external", "off"];

/** Begins every operation, ends the victim at the moment, and follows what comes of each until all is as before. */
export async function playRound(scene: FaultScene, moment: Moment, victim: Victim): Promise<Story[]> {
  const { main, deletes } = scene;
  const before = scene.ready;
  const round = scene.label;
  const first = await strike(scene, moment, victim);
  const after = await scene.look();
  const recordedAfter = await recordedIn(main, deletes);
  const adopt = CREATES.filter((operation) => {
    const seen = after.get(operation);
    return seen !== undefined && isDone(operation, seen, round) && !recordedAfter.has(operation);
  });
  let next = await scene.next();
  if (adopt.length > 0) {
    const again = (await scene.next(adopt)).main;
    next = { ...next, main: { ...again, messages: [...next.main.messages, ...again.messages] } };
  }
  const [afterNext, recordedNext] = [await scene.look(), await recordedIn(main, deletes)];
  const preview = await scene.preview(adopt);
  const restored = (await scene.prepare()).flatMap(({ ok, messages }) => (ok ? [] : messages));
  return scene.operations.flatMap((operation): Story[] => {
    const seen = {
      before: before.get(operation),
      after: after.get(operation),
      next: afterNext.get(operation),
      end: scene.ready.get(operation),
    };
    if (Object.values(seen).includes(undefined)) return [];
    const stack = scene.stackOf(operation) === main ? "main" : "deletes";
    return [
      {
        operation,
        moment,
        victim,
        round,
        seen: seen as Story["seen"],
        recorded: { after: recordedAfter.get(operation), next: recordedNext.get(operation) },
        said: { first: first[stack], next: next[stack], preview, restored },
      },
    ];
  });
}

/** The recorded resources of stacks, by name. */
async function recordedIn(...stacks: TestStack[]): Promise<Map<string, RecordedResource>> {
  const all = await Promise.all(stacks.map((stack) => stack.resources()));
  return new Map(all.flat().map((resource) => [resource.urn.split("::").at(-1) ?? "", resource]));
}
