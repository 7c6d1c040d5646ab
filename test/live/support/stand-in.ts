import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "./host.js";

/** One process of virsh, with its place among the starts and ends of all. */
export interface RecordedCall {
  /** The words of its command; several commands are separated by `; `. */
  command: string;
  begun: number;
  ended: number;
}

/** A `virsh` that comes first on PATH, notes every call, and passes it on to the real one unless told otherwise. */
export class VirshStandIn {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<VirshStandIn> {
    const real = (await output("which", "virsh")).trim();
    const standIn = new VirshStandIn(await mkdtemp(join(tmpdir(), "virsh-stand-in-")));
    await writeFile(standIn.path("virsh"), SCRIPT.replace("REAL", real));
    await chmod(standIn.path("virsh"), 0o755);
    await standIn.forget();
    await standIn.allow();
    await standIn.slow("");
    return standIn;
  }

  /** The differences in the environment of the engine. */
  get env(): Record<string, string> {
    return { PATH: `${this.folder}:${process.env["PATH"] ?? ""}` };
  }

  /** From now on, or after the command `after` has run, this command fails with this message. */
  async refuse(command: string, words: string, after = ""): Promise<void> {
    await writeFile(this.path("words"), `error: ${words}\n`);
    await writeFile(this.path("after"), after);
    await writeFile(this.path("refused"), command);
  }

  allow(): Promise<void> {
    return this.refuse("", "");
  }

  /** From now on this command takes half a second longer. */
  slow(command: string): Promise<void> {
    return writeFile(this.path("slow"), command);
  }

  /** The calls so far, in the order in which they began; only those of this command, if one is given. */
  async calls(command = ""): Promise<RecordedCall[]> {
    const lines = (await readFile(this.path("calls"), "utf8")).split("\n");
    const all = lines.flatMap((line, begun): RecordedCall[] => {
      const [, id, words] = /^begin (\d+) (.*)$/.exec(line) ?? [];
      if (id === undefined || words === undefined) return [];
      return [{ command: commandOf(words), begun, ended: lines.indexOf(`end ${id}`, begun) }];
    });
    return all.filter((call) => call.command.includes(command));
  }

  /** The names of the commands so far; of a process with several commands, each name. */
  async verbs(): Promise<string[]> {
    const calls = await this.calls();
    return calls.flatMap(({ command }) =>
      command
        .replace(/^(--\S+ )+/, "")
        .split("; ")
        .map((words) => words.split(" ")[0] ?? ""),
    );
  }

  forget(): Promise<void> {
    return writeFile(this.path("calls"), "");
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }
}

/** A script without its quotes, and without the marks between its commands. */
function commandOf(words: string): string {
  const MARKS = /; echo ([0-9a-f-]{36}); echo --err \1/g;
  return MARKS.test(words) ? words.replaceAll(MARKS, "").replaceAll("'", "") : words;
}

const SCRIPT = `#!/bin/sh
here=\${0%/*}
echo "begin $$ $*" >>"$here/calls"
asks() {
  case " $words " in *" $1 "* | *"'$1'"*) [ "$1" ] ;; *) false ;; esac
}
words=$*
after=$(cat "$here/after")
if [ ! "$after" ] && asks "$(cat "$here/refused")"; then
  cat "$here/words" >&2
  status=1
else
  if asks "$(cat "$here/slow")"; then sleep 0.5; fi
  'REAL' "$@"
  status=$?
  if asks "$after"; then : >"$here/after"; fi
fi
echo "end $$" >>"$here/calls"
exit $status
`;
