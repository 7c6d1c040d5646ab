import { createRequire } from "node:module";
import { join } from "node:path";
import type { Program } from "./engine.js";

const load = createRequire(__filename);

/** The top of the repository. */
export const ROOT = join(__dirname, "../../../..");

/** The program of examples/`name`, evaluated anew as every run of the engine does. */
export function example(name: string): Program {
  const file = load.resolve(`../../../examples/${name}/index.js`);
  return () => {
    Reflect.deleteProperty(load.cache, file);
    return load(file) as Record<string, unknown>;
  };
}
