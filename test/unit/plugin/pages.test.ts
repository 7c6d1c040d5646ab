import assert from "node:assert/strict";
import { pageOf } from "../../../provider/plugin/pages.js";

const ALL = ["c", "a", "e", "b", "d"].map((name) => ({ name, id: `uuid/${name}` }));
const names = ({ results }: { results: readonly { name: string }[] }) =>
  results.map(({ name }) => name).join("");

function pagesOf(request: { limit: number; pageSize: number }, listed = [ALL]): string[] {
  const pages: string[] = [];
  let token = "";
  do {
    const page = pageOf(listed[Math.min(pages.length, listed.length - 1)] ?? [], { ...request, token });
    pages.push(names(page));
    ({ token } = page);
  } while (token !== "");
  return pages;
}

describe("the pages of a listing", () => {
  const cases: [limit: number, pageSize: number, pages: string[]][] = [
    [0, 0, ["abcde"]],
    [0, 2, ["ab", "cd", "e"]],
    [0, 5, ["abcde"]],
    [3, 0, ["abc"]],
    [3, 2, ["ab", "c"]],
    [9, 2, ["ab", "cd", "e"]],
  ];
  for (const [limit, pageSize, pages] of cases) {
    it(`are ${pages.join(" ")} with limit ${limit} and page size ${pageSize}`, () => {
      assert.deepEqual(pagesOf({ limit, pageSize }), pages);
    });
  }

  it("skip and repeat nothing when one before comes or goes in between", () => {
    const without = ALL.filter(({ name }) => name !== "a");
    const withMore = [...ALL, { name: "aa", id: "uuid/aa" }];
    assert.deepEqual(pagesOf({ limit: 0, pageSize: 2 }, [ALL, without]), ["ab", "cd", "e"]);
    assert.deepEqual(pagesOf({ limit: 0, pageSize: 2 }, [ALL, withMore]), ["ab", "cd", "e"]);
  });

  it("are none where nothing is listed", () => {
    assert.deepEqual(pagesOf({ limit: 0, pageSize: 0 }, [[]]), [""]);
  });

  for (const token of [
    "nothing",
    Buffer.from("{}").toString("base64url"),
    Buffer.from("null").toString("base64url"),
  ]) {
    it(`are refused for the token ${token}`, () => {
      assert.throws(() => pageOf(ALL, { limit: 0, pageSize: 0, token }), /not one that this plugin returned/);
    });
  }
});
