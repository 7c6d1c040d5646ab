import { chmod, copyFile, readFile, realpath } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { cached } from "./cache.mjs";
import { SetupError, task } from "./progress.mjs";
import { root } from "./project.mjs";
import { exists, run, which } from "../run.mjs";

/** Since 3.216, a provider's read can return inputs. Without them, every refresh shows changes. */
const MINIMUM = /** @type {const} */ ([3, 216]);

/** The version that is built where there is none. The recipe's go.mod names it, too. */
const VERSION = "3.259.0";

/** A program of Go modules, and where it keeps its version. */
const ENGINE = {
  program: "pulumi",
  from: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  version: `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${VERSION}`,
};

/** It comes with Pulumi, and the engine looks for it on PATH. */
const YAML_HOST = {
  program: "pulumi-language-yaml",
  from: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
  version: "github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.38.1",
};

const recipe = new URL("../engine/", import.meta.url).pathname;

/** Runs dynamic providers. The engine looks for it beside itself, and warns when it finds it elsewhere on PATH. */
const HOST = "pulumi-resource-pulumi-nodejs";
const host = join(root, "node_modules/@pulumi/pulumi", HOST);

/** The folder of a `pulumi` that is recent enough: from PATH, or built from Go modules. */
export async function findEngine() {
  const present = await which("pulumi");
  const defect = present === undefined ? "none is on PATH" : await defectOf(present);
  if (present !== undefined && defect === undefined) return dirname(present);
  const files = [...(await recipeFiles()), await readFile(host, "utf8")];
  return cached("engine", [VERSION, ...files], (folder) => buildEngineInto(folder, defect));
}

/**
 * The folder of Pulumi's host of YAML programs: beside the engine, from PATH, or built from Go modules; `undefined` where
 * it cannot be built. @param {string} engine
 */
export async function findYamlHost(engine) {
  if (await exists(join(engine, YAML_HOST.program))) return engine;
  const present = await which(YAML_HOST.program);
  if (present !== undefined) return dirname(present);
  if ((await findGo()) === undefined) return undefined;
  return cached("yaml-host", [YAML_HOST.version, ...(await recipeFiles())], (folder) =>
    buildInto(folder, YAML_HOST, {
      what: "Pulumi's host of YAML programs",
      why: "none is on PATH",
      seconds: 60,
    }),
  );
}

function findGo() {
  return which("go", `${process.env["PATH"] ?? ""}:/usr/local/go/bin`);
}

function recipeFiles() {
  return Promise.all(["go.mod", "go.sum"].map((file) => readFile(join(recipe, file), "utf8")));
}

/** Why this `pulumi` cannot be used, if it cannot. @param {string} pulumi */
async function defectOf(pulumi) {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = (await run(pulumi, ["version"], { env }).catch(() => "")).toString().trim();
  const [major = NaN, minor = NaN] = version.replace(/^v/, "").split(".").map(Number);
  if (!(major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]))) {
    return `${pulumi} is ${version || "broken"}, and ${MINIMUM.join(".")} is needed`;
  }
  const complete = await exists(join(dirname(await realpath(pulumi)), HOST));
  return complete ? undefined : `${pulumi} came without ${HOST}`;
}

/** @param {string} folder @param {string | undefined} why */
async function buildEngineInto(folder, why) {
  const seconds = Math.round(600 / availableParallelism());
  await buildInto(folder, ENGINE, { what: `the Pulumi engine ${VERSION}`, why, seconds });
  await copyFile(host, join(folder, HOST));
  await chmod(join(folder, HOST), 0o755);
}

/** @param {string} folder @param {typeof ENGINE} program @param {{ what: string, why: string | undefined, seconds: number }} told */
async function buildInto(folder, { program, from, version }, { what, why, seconds }) {
  const go = await findGo();
  if (go === undefined) {
    throw new SetupError(
      `The laboratory needs ${what} (${why}), and Go, to build it, is not installed.\n` +
        `Install Pulumi ${MINIMUM.join(".")} or newer (https://www.pulumi.com/docs/install/), or Go 1.26.`,
    );
  }
  const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", `-s -w -X ${version}`];
  await task({ what: `building ${what} from Go modules`, why: `${why}; done once and cached`, seconds }, () =>
    run(go, [...args, "-o", join(folder, program), from], {
      cwd: recipe,
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "" },
      next: "It needs the Go module proxy, or Pulumi installed: https://www.pulumi.com/docs/install/",
    }),
  );
}
