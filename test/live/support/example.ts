import { createRequire } from "node:module";
import { join } from "node:path";
import type { Program } from "./engine.js";

const load = createRequire(__filename);

/** The root of the repository. */
export const ROOT = join(__dirname, "../../../..");

/** The program of examples/`name`, evaluated anew in each run of the engine. */
export function example(name: string): Program {
  const file = load.resolve(`../../../examples/${name}/index.js`);
  return () => {
    Reflect.deleteProperty(load.cache, file);
    return load(file) as Record<string, unknown>;
  };
}
