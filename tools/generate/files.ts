import { format, resolveConfig } from "prettier";
import { behaviour } from "./behaviour.js";
import { documents } from "./documents.js";
import { domainTypes } from "./domain-reference.js";
import { functionTypes } from "./function-types.js";
import { schema } from "./schema/package.js";
import { sdkTypes } from "./sdk.js";
import { chart } from "../bench/chart.js";
import type { Results } from "../bench/results.js";
import { draw } from "../picture/draw.js";
import type { Recording } from "../picture/recording.js";

/** Every generated file with the text it has to have. `read` gives the text of a file of the repository. */
export async function generated(read: (file: string) => string): Promise<Map<string, string>> {
  const files = {
    "sdk/generated/snapshot-types.ts": sdkTypes(),
    "sdk/generated/domain-types.ts": domainTypes(),
    "sdk/generated/function-types.ts": functionTypes(),
    "provider/plugin/schema.json": schema(read),
    ...documents(read),
    "docs/behaviour.md": behaviour(),
  };
  const pictures: [string, string][] = [
    ["docs/snapshot-tree.svg", draw(JSON.parse(read("tools/picture/recording.json")) as Recording)],
    ["docs/benchmarks.svg", chart(JSON.parse(read("bench/results.json")) as Results)],
  ];
  const formatted = Object.entries(files).map(async ([file, text]): Promise<[string, string]> => {
    return [file, await format(text, { ...(await resolveConfig(file)), filepath: file })];
  });
  return new Map([...(await Promise.all(formatted)), ...pictures]);
}
