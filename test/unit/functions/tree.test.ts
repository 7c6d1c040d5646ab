import assert from "node:assert/strict";
import fc from "fast-check";
import { treesOf, type SnapshotNode } from "../../../provider/functions/tree.js";

interface Listed {
  name: string;
  parent?: string;
}

/** Any forest: each snapshot after one that comes before it, or after none; in any order. */
const forests: fc.Arbitrary<Listed[]> = fc
  .array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 40 })
  .map((above) =>
    above.map((pick, index) => {
      const name = `s${index}`;
      return pick === undefined || index === 0 ? { name } : { name, parent: `s${pick % index}` };
    }),
  )
  .chain((snapshots) => fc.shuffledSubarray(snapshots, { minLength: snapshots.length }));

/** The snapshots again, by walking the trees. */
function walked(roots: readonly SnapshotNode[]): Listed[] {
  const found: Listed[] = [];
  const open: { node: SnapshotNode; parent?: string }[] = roots.map((node) => ({ node }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, ...above } = next;
    found.push({ name: node.name, ...above });
    open.push(...node.children.map((child) => ({ node: child, parent: node.name })));
  }
  return found;
}

const byName = (a: Listed, b: Listed) => a.name.localeCompare(b.name);

describe("the trees that snapshots form", () => {
  it("hold each snapshot once, below its parent", () => {
    fc.assert(
      fc.property(forests, (snapshots) => {
        assert.deepEqual(walked(treesOf(snapshots)).sort(byName), [...snapshots].sort(byName));
      }),
    );
  });

  it("hold each of some snapshots once; one whose parent is left out is a root", () => {
    fc.assert(
      fc.property(
        forests.chain((all) => fc.subarray(all)),
        (some) => {
          const names = some.map(({ name }) => name);
          const expected = some.map(({ name, parent }) =>
            parent !== undefined && names.includes(parent) ? { name, parent } : { name },
          );
          assert.deepEqual(walked(treesOf(some)).sort(byName), expected.sort(byName));
        },
      ),
    );
  });

  it("keep the order of the list, among roots as among children", () => {
    const node = (name: string, ...children: SnapshotNode[]) => ({ name, children });
    const listed = [{ name: "b", parent: "z" }, { name: "c" }, { name: "a", parent: "z" }, { name: "z" }];
    assert.deepEqual(treesOf(listed), [node("c"), node("z", node("b"), node("a"))]);
    assert.deepEqual(treesOf([]), []);
  });

  it("may be deep", () => {
    const depth = 20_000;
    const deep = Array.from({ length: depth }, (_, index) => ({
      name: `s${index}`,
      ...(index === 0 ? {} : { parent: `s${index - 1}` }),
    }));
    assert.equal(walked(treesOf(deep)).length, depth);
  });
});
