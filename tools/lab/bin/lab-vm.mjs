#!/usr/bin/env node
// Makes another guest, starts it, waits for its shell and its agent; with --off it is only defined.
import { command, whole } from "../command.mjs";
import { booted, makeDomain } from "../domain.mjs";

const description = {
  usage: "lab-vm [--off] [--disks N] [--raw] [--agent] [--memory MIB] NAME",
  words: 1,
  options: /** @type {const} */ ({
    off: { type: "boolean" },
    disks: { type: "string", default: "1" },
    raw: { type: "boolean" },
    agent: { type: "boolean" },
    memory: { type: "string", default: "96" },
  }),
  failure: 1,
};

await command(description, async (folder, [name = ""], { off, disks, memory, ...rest }) => {
  const shape = { off, ...rest };
  const numbers = { disks: whole("--disks", disks, 0, 26), memory: whole("--memory", memory, 64, 4096) };
  const uuid = await makeDomain(folder, name, { ...shape, ...numbers });
  if (!off) await booted(folder, uuid, shape);
});
