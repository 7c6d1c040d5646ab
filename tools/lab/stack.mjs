import { run } from "./run.mjs";

/** Commands of pulumi that need a stack. */
const NEED_A_STACK = ["up", "update", "preview", "refresh", "destroy", "config", "stack", "import"];

/**
 * A laboratory begins without any stack. Where the command is pulumi's own and needs one, it gets the stack `dev`.
 * @param {readonly string[]} command @param {NodeJS.ProcessEnv} env
 */
export async function stackFor([program, ...args], env) {
  if (program !== "pulumi" || args.some((arg) => /^(-s|--stack)(=|$)/.test(arg))) return;
  if (!NEED_A_STACK.includes(args.find((arg) => !arg.startsWith("-")) ?? "")) return;
  const place = args.findIndex((arg) => /^(-C|--cwd)$/.test(arg));
  const folder =
    place >= 0 ? args[place + 1] : args.find((arg) => arg.startsWith("--cwd="))?.slice("--cwd=".length);
  const where = folder === undefined ? [] : ["--cwd", folder];
  await run("pulumi", ["stack", "select", "--create", "dev", ...where], { env });
}
