import { findGo, generateSdks, SDK_FOLDERS } from "./sdks.js";
import { writeGenerated } from "./write.js";

// `npm run generate`: writes what is made of the tables of inputs and outputs.
void writeGenerated().then(() => {
  const go = findGo();
  if (go !== undefined) generateSdks(go, "provider/plugin/schema.json", SDK_FOLDERS);
  else
    process.stderr.write(
      `Go is not installed: ${Object.values(SDK_FOLDERS).join(" and ")} stay as they are.\n`,
    );
});
