import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { TestStack } from "./engine.js";

const MAIN = resolve(__dirname, "../../../provider/plugin/main.js");
const PLACE = join(__dirname, "../../work");

/** A stack whose project names the plugin (`plugins.providers`), as a user does that has it beside the program. */
export async function pluginStack(env: Record<string, string> = {}): Promise<TestStack> {
  await mkdir(PLACE, { recursive: true });
  const folder = await mkdtemp(join(PLACE, "plugin-"));
  const executable = join(folder, "plugin", "pulumi-resource-virsh");
  await mkdir(join(folder, "plugin"));
  await writeFile(executable, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(executable, 0o755);
  const project = {
    name: basename(folder),
    runtime: "nodejs",
    plugins: { providers: [{ name: "virsh", path: "./plugin" }] },
  };
  await writeFile(join(folder, "Pulumi.yaml"), JSON.stringify(project));
  return TestStack.reopen(folder, env);
}

const OUTPUTS = ["domainUuid", "domainName", "creationTime", "state", "isCurrent", "lastRevert"];

/** The plugin's resource, as a generated SDK registers it. */
export class PluginSnapshot extends pulumi.CustomResource {
  declare readonly creationTime: pulumi.Output<string>;

  constructor(name: string, args: Record<string, unknown>, opts?: pulumi.CustomResourceOptions) {
    const outputs = Object.fromEntries(OUTPUTS.map((output) => [output, undefined]));
    super("virsh:index:Snapshot", name, { ...outputs, ...args }, opts);
  }
}

const DOMAIN_OUTPUTS = ["name", "uuid", "state", "persistent"];

/** The plugin's other resource. */
export class PluginDomain extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly uuid: pulumi.Output<string>;

  constructor(name: string, args: Record<string, unknown>, opts?: pulumi.CustomResourceOptions) {
    const outputs = Object.fromEntries(DOMAIN_OUTPUTS.map((output) => [output, undefined]));
    super("virsh:index:Domain", name, { ...outputs, ...args }, opts);
  }
}

/** An explicit provider. */
export class PluginProvider extends pulumi.ProviderResource {
  constructor(name: string, args: Record<string, pulumi.Input<string>>) {
    super("virsh", name, args);
  }
}
