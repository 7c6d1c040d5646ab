/** What the fake virsh does for one command. */
export interface Answer {
  stdout?: string;
  stderr?: string;
  code?: number;
  delayMs?: number;
}

/** One process of the fake virsh. */
export interface Process {
  argv: string[];
  /** Of the file that `--xmlfile=` names: path, content, mode of the file and of its folder. */
  file?: { path: string; text: string; mode: number; folderMode: number };
}

/** A virsh that answers by the name of the command, and notes every process. It plays scripts of several commands, too. */
export const FAKE_VIRSH = `#!${process.execPath}
const fs = require("fs");
const argv = process.argv.slice(2);
const xml = argv.find((a) => a.startsWith("--xmlfile="))?.slice(10);
const file = xml && {
  path: xml,
  text: fs.readFileSync(xml, "utf8"),
  mode: fs.statSync(xml).mode & 0o777,
  folderMode: fs.statSync(require("path").dirname(xml)).mode & 0o777,
};
fs.appendFileSync(__dirname + "/processes", JSON.stringify({ argv, file }) + "\\n");
const answers = JSON.parse(fs.readFileSync(__dirname + "/answers", "utf8"));
const [command] = argv.filter((a) => !a.startsWith("-"));
const answerTo = (name) => answers[name] ?? { stderr: "error: not expected\\n", code: 1 };
const lines = [...command.matchAll(/'([a-z-]+)' [^;]*; echo ([0-9a-f-]{36});/g)];
if (lines.length === 0) {
  const { stdout = "", stderr = "", code = 0, delayMs = 0 } = answerTo(command);
  setTimeout(() => {
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exitCode = code;
  }, delayMs);
}
for (const [, name, mark] of lines) {
  const { stdout = "", stderr = "" } = answerTo(name);
  process.stdout.write(stdout + mark);
  process.stderr.write(stderr + "error: " + mark + "\\n");
}
`;
