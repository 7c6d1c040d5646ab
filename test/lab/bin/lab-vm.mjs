#!/usr/bin/env node
// lab-vm NAME [--off] [--disks N] [--raw] [--agent] [--memory MIB]: makes another guest, starts it, waits for its shell.
import { parseArgs } from "node:util";
import { makeDomain } from "../domain.mjs";

const { values, positionals } = parseArgs({
  options: {
    off: { type: "boolean" },
    disks: { type: "string", default: "1" },
    raw: { type: "boolean" },
    agent: { type: "boolean" },
    memory: { type: "string" },
  },
  allowPositionals: true,
});
const [name] = positionals;
const { LAB_DIR: work } = process.env;
if (name === undefined || work === undefined) {
  process.stderr.write("usage, within the laboratory: lab-vm [--off] [--disks N] [--raw] [--agent] [--memory MIB] NAME\n");
  process.exit(2);
}
const { disks, memory, ...rest } = values;
try {
  await makeDomain(work, name, { ...rest, disks: Number(disks), ...(memory === undefined ? {} : { memory: Number(memory) }) });
} catch (error) {
  process.stderr.write(`lab-vm: ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
