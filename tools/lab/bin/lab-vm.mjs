#!/usr/bin/env node
// Creates another guest, starts it, and waits for its shell and its agent. With --off, it is only defined.
import { command, whole } from "../lab-cli.mjs";
import { waitUntilBooted, makeDomain } from "../domain.mjs";

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
  if (!off) await waitUntilBooted(folder, uuid, shape);
});
