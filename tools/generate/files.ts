import { format, resolveConfig } from "prettier";
import { behaviour } from "./behaviour.js";
import { questionTypes } from "./questions.js";
import { readme } from "./readme.js";
import { sdkTypes } from "./sdk.js";

/** Every generated file with the text it has to have. `read` gives the text of a file that is generated in part. */
export async function generated(read: (file: string) => string): Promise<Map<string, string>> {
  const files = {
    "sdk/generated/snapshot-types.ts": sdkTypes(),
    "sdk/generated/function-types.ts": questionTypes(),
    "README.md": readme(read("README.md")),
    "docs/behaviour.md": behaviour(),
  };
  const formatted = Object.entries(files).map(async ([file, text]): Promise<[string, string]> => {
    return [file, await format(text, { ...(await resolveConfig(file)), filepath: file })];
  });
  return new Map(await Promise.all(formatted));
}
