import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { output } from "../../test/live/support/host.js";
import type { Contender, Task } from "./contender.js";

/** The system's own: a package of the distribution installs the module for that one. */
const PYTHON = "/usr/bin/python3";

const PROGRAM = join(__dirname, "../../../tools/bench/libvirt-api.py");

/** libvirt's API in one process per phase, one call after the other: nearly all of it is libvirt's own time. */
export const libvirtApi: Contender = {
  name: "libvirt API in a loop",
  obstacle: () =>
    output(PYTHON, "-c", "import libvirt").then(
      () => undefined,
      () => `${PYTHON} has no module libvirt; the Debian package python3-libvirt has it`,
    ),
  begin: (tasks, { env }) => {
    const ask = (verb: string) => () => run({ verb, tasks }, env);
    return Promise.resolve({
      phases: { up: ask("create"), refresh: ask("read"), revert: ask("revert"), destroy: ask("delete") },
      close: () => Promise.resolve(),
    });
  },
};

async function run(
  work: { verb: string; tasks: readonly Task[] },
  env: Record<string, string>,
): Promise<void> {
  const running = promisify(execFile)(PYTHON, [PROGRAM], { env: { ...process.env, ...env } });
  running.child.stdin?.end(JSON.stringify(work));
  await running;
}
