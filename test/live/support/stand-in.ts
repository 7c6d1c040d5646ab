import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, until } from "./host.js";

/** One process of virsh, with its place among the starts and ends of all. */
export interface RecordedCall {
  /** The words of its command; several commands are separated by `; `. */
  command: string;
  begun: number;
  ended: number;
}

/** A moment of calls at which they stop. */
export interface Meeting {
  moment: "before" | "after";
  /** A command of virsh, or `any`. */
  command: string;
  /** A word that is part of the call, such as a domain's UUID. */
  names: string;
}

/** A `virsh` that comes first on PATH, notes every call, and passes it on to the real one unless told otherwise. */
export class VirshStandIn {
  /** The number of calls that began before `goOn`. */
  private wentOn = 0;

  private constructor(private readonly folder: string) {}

  static async make(): Promise<VirshStandIn> {
    const real = (await output("which", "virsh")).trim();
    const standIn = new VirshStandIn(await mkdtemp(join(tmpdir(), "virsh-stand-in-")));
    await writeFile(standIn.path("virsh"), SCRIPT.replaceAll("REAL", real));
    await chmod(standIn.path("virsh"), 0o755);
    await standIn.forget();
    await standIn.allow();
    await standIn.slow("");
    await output("mkfifo", standIn.path("gate"));
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

  /**
   * From now on the calls of these commands whose words name these things stop at that moment, until `goOn`.
   * Resolves at once; `arrived` waits for them.
   */
  async stopAt(meetings: readonly Meeting[]): Promise<void> {
    const lines = meetings.map(({ moment, command, names }) => `${moment} ${command} ${names}\n`);
    await rm(this.path("arrived"), { recursive: true, force: true });
    await mkdir(this.path("arrived"));
    await writeFile(this.path("meetings"), lines.join(""));
  }

  /** Waits until calls that name each of these have stopped. Returns the processes of all of them. */
  async arrived(names: readonly string[], seconds = 60): Promise<number[]> {
    const there = () => readdir(this.path("arrived"));
    await until(
      `calls that name ${names.join(" ")} stop`,
      async () => {
        const all = await there();
        return names.every((name) => all.some((file) => file.startsWith(`${name}.`)));
      },
      seconds,
    );
    return [...new Set((await there()).map((file) => Number(file.split(".").at(-1))))];
  }

  /** Whether no call that names this runs, and, if `later`, one began after `goOn`. */
  async isOver(name: string, later: boolean): Promise<boolean> {
    const own = (await this.calls()).map((call, index) => ({ ...call, index }));
    const named = own.filter(({ command }) => command.includes(name));
    return (
      named.every(({ ended }) => ended >= 0) && (!later || named.some(({ index }) => index >= this.wentOn))
    );
  }

  /** Lets the stopped calls go on, and stops no other. */
  async goOn(): Promise<void> {
    this.wentOn = (await this.calls()).length;
    await rm(this.path("meetings"), { force: true });
    await output("sh", "-c", 'exec 3<>"$1"; sleep 0.2', "sh", this.path("gate"));
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
  const [mark] = /echo (\S+); echo --err \1/.exec(words) ?? [];
  if (mark === undefined) return words;
  const commands = words.split(mark).map((part) => part.replace(/^; |; $/g, ""));
  return commands
    .filter((command) => command !== "")
    .join("; ")
    .replaceAll("'", "");
}

/**
 * A session, which virsh is without a command, is played with a process of the real virsh for each line: so every request
 * has a beginning and an end that a test can meet.
 */
const SCRIPT = `#!/bin/sh
here=\${0%/*}
asks() {
  case " $words " in *" $1 "* | *"'$1'"*) [ "$1" ] ;; *) false ;; esac
}
stops() {
  [ -e "$here/meetings" ] || return 0
  stop=
  while read -r moment command name; do
    if [ "$moment" = "$1" ] && { [ "$command" = any ] || asks "$command"; }; then
      case "$words" in *"$name"*) stop=1; : >"$here/arrived/$name.$$" ;; esac
    fi
  done <"$here/meetings"
  if [ "$stop" ]; then read -r _ <"$here/gate"; fi
}
# A call of these words: the real one, with these arguments, unless it is to be refused.
call() {
  count=$((count + 1))
  echo "begin $$\${count} $words" >>"$here/calls"
  stops before
  after=$(cat "$here/after")
  if [ ! "$after" ] && asks "$(cat "$here/refused")"; then
    refuse
    status=1
  else
    if asks "$(cat "$here/slow")"; then sleep 0.5; fi
    'REAL' "$@"
    status=$?
    if asks "$after"; then : >"$here/after"; fi
  fi
  stops after
  echo "end $$\${count}" >>"$here/calls"
}
count=0
status=0
session=1
for word; do case "$word" in --*) ;; *) session= ;; esac done
if [ "$session" ]; then
  refuse() {
    mark=$(printf %s "$line" | sed "s/^echo '\\\\([0-9a-f]*\\\\)''\\\\([0-9a-f]*\\\\)'.*/\\\\1\\\\2/")
    printf '%s%s' "$mark" "$mark"
    echo "error: $mark" >&2
    cat "$here/words" >&2
    echo "error: $mark" >&2
  }
  printf 'virsh # '
  while IFS= read -r line && IFS= read -r end; do
    words=$line
    printf '%s\\n' "$line"
    case "$line" in
      # The provider tries each new session.
      *"'echo' '--' 'virsh # "*) 'REAL' "$@" "$line" </dev/null ;;
      *) call "$@" "$line" </dev/null ;;
    esac
    # A session whose virsh is killed is no more.
    if [ "$status" -gt 128 ]; then kill -KILL $$; fi
    printf 'virsh # %s\\n' "$end"
    'REAL' "$@" "$end" </dev/null
    printf 'virsh # '
  done
else
  refuse() { cat "$here/words" >&2; }
  words=$*
  call "$@"
  exit $status
fi
`;
