import { chmod, copyFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cached } from "./cache.mjs";
import { SetupError, task } from "./progress.mjs";
import { root } from "./project.mjs";
import { run, which } from "../run.mjs";

/** Since 3.216 a provider's read can give new inputs, without which a refresh shows changes that are none. */
const MINIMUM = [3, 216];

/** What is built where there is none. The recipe's go.mod names it, too. */
const VERSION = "3.259.0";

const recipe = new URL("../engine/", import.meta.url).pathname;
const script = join(root, "node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs");

/** The folder of a `pulumi` that is recent enough: from PATH, else built from Go modules. */
export async function engine() {
  const present = await which("pulumi");
  if (present !== undefined && (await isRecent(present))) return dirname(present);
  const files = await Promise.all(["go.mod", "go.sum"].map((file) => readFile(join(recipe, file), "utf8")));
  return cached("engine", [VERSION, ...files, await readFile(script, "utf8")], buildInto);
}

/** @param {string} pulumi */
async function isRecent(pulumi) {
  const version = (await run(pulumi, ["version"]).catch(() => "")).toString();
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/** @param {string} folder */
async function buildInto(folder) {
  const go = await which("go", `${process.env.PATH ?? ""}:/usr/local/go/bin`);
  if (go === undefined) {
    throw new SetupError(
      `There is no pulumi ${MINIMUM.join(".")} or newer on PATH, and no Go to build one.\n` +
        "Install Pulumi (https://www.pulumi.com/docs/install/) or Go 1.26.",
    );
  }
  await task({ what: `building the Pulumi engine ${VERSION} from Go modules`, why: "once; it is kept", seconds: 300 }, async () => {
    const variable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
    const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", `-s -w -X ${variable}=v${VERSION}`];
    await run(go, [...args, "-o", join(folder, "pulumi"), "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], {
      cwd: recipe,
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "" },
    });
  });
  // The engine looks for the dynamic host beside itself, and warns where it finds it elsewhere on PATH.
  await copyFile(script, join(folder, "pulumi-resource-pulumi-nodejs"));
  await chmod(join(folder, "pulumi-resource-pulumi-nodejs"), 0o755);
}
