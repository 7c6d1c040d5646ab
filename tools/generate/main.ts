import { readFileSync, writeFileSync } from "node:fs";
import { generated } from "./files.js";

// `npm run generate`: writes what is made of the tables of inputs and outputs.
void generated((file) => readFileSync(file, "utf8")).then((files) => {
  for (const [file, text] of files) writeFileSync(file, text);
});
