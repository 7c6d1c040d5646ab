import type { Finished } from "./process.js";

/**
 * Many commands in one virsh process: a single argument that virsh reads as a script. Over `qemu+ssh://` every process
 * is a login of its own, and on this machine its start is nine tenths of a reading call. Each command is followed by a
 * mark on both outputs, so that the answers can be told apart.
 */

/** An answer within the output of a script, in which single commands have no exit code. */
export type Part = Omit<Finished, "exitCode">;

/** `mark` has to be a word that no answer can hold. */
export function scriptOf(commands: readonly (readonly string[])[], mark: string): string {
  return commands
    .flatMap((args) => [args.map(quoted).join(" "), `echo ${mark}`, `echo --err ${mark}`])
    .join("; ");
}

/** As virsh takes it for one word, to the letter: within single quotes it knows no other special character. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The answer to each of `count` commands; `undefined` when the process did not come to its end. */
export function partsOf({ stdout, stderr }: Part, count: number, mark: string): Part[] | undefined {
  const said = stdout.split(mark);
  const complained = stderr.split(`error: ${mark}\n`);
  if (said.length !== count + 1 || complained.length !== count + 1) return undefined;
  return said.slice(0, count).map((answer, index) => ({ stdout: answer, stderr: complained[index] ?? "" }));
}
