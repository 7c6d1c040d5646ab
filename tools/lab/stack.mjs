import { run } from "./run.mjs";

/** The commands of pulumi that need a stack. */
const NEED_A_STACK = ["up", "update", "preview", "refresh", "destroy", "config", "stack", "import"];

/**
 * A laboratory starts without stacks. If the command is pulumi and needs a stack, it gets the stack `dev`.
 * @param {readonly string[]} command @param {NodeJS.ProcessEnv} env
 */
export async function selectStack([program, ...args], env) {
  if (program !== "pulumi" || args.some((arg) => /^(-s|--stack)(=|$)/.test(arg))) return;
  if (!NEED_A_STACK.includes(args.find((arg) => !arg.startsWith("-")) ?? "")) return;
  const place = args.findIndex((arg) => /^(-C|--cwd)$/.test(arg));
  const folder =
    place >= 0 ? args[place + 1] : args.find((arg) => arg.startsWith("--cwd="))?.slice("--cwd=".length);
  const where = folder === undefined ? [] : ["--cwd", folder];
  await run("pulumi", ["stack", "select", "--create", "dev", ...where], { env });
}
