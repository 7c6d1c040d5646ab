/** What the demo prints: plain lines, and progress on a terminal while it waits. */
const { stdout } = process;
const WIDTH = 110;
const PATIENCE_MS = 2000;

export function say(text = ""): void {
  stdout.write(`${text}\n`);
}

let steps = 0;

/** The heading of a step. */
export function step(text: string): void {
  steps += 1;
  say();
  say(wrapped(`${steps}. ${text}`, "   "));
}

/** A line from someone else: the engine, the guest. */
export function quoted(text: string): void {
  say(wrapped(`   │ ${text}`, "   │ "));
}

/** Waits for `work`. On a terminal it shows the time from the third second on; otherwise it is quiet. */
export async function waiting<T>(what: string, work: Promise<T>): Promise<T> {
  if (!stdout.isTTY) return work;
  const begun = Date.now();
  const ticking = setInterval(() => {
    const passed = Date.now() - begun;
    if (passed >= PATIENCE_MS) stdout.write(`\r   … ${what}, ${Math.round(passed / 1000)} s \u001b[K`);
  }, 500);
  try {
    return await work;
  } finally {
    clearInterval(ticking);
    stdout.write("\r\u001b[K");
  }
}

/** Breaks `text` between words; the lines after the first start with `indent`. */
export function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join("\n");
}
