import { readFileSync, writeFileSync } from "node:fs";
import { generated } from "./files.js";
import { findGo, generateSdks, SDK_FOLDERS } from "./sdks.js";

// `npm run generate`: writes what is made of the tables of inputs and outputs.
void generated((file) => readFileSync(file, "utf8")).then((files) => {
  for (const [file, text] of files) writeFileSync(file, text);
  const go = findGo();
  if (go !== undefined) generateSdks(go, "provider/plugin/schema.json", SDK_FOLDERS);
  else
    process.stderr.write(
      `Go is not installed: ${Object.values(SDK_FOLDERS).join(" and ")} stay as they are.\n`,
    );
});
