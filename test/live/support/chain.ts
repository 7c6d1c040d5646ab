import { readdir } from "node:fs/promises";
import type { Output } from "@pulumi/pulumi";
import { Snapshot, type SnapshotArgs } from "../../../sdk/index.js";
import { succeed, type Program, type TestStack } from "./engine.js";
import { lab, type Guest } from "./host.js";

/** Snapshots of one domain, in the order in which they are taken. */
export type Chain = Record<string, Partial<SnapshotArgs>>;

/** A program with these snapshots, none of which depends on another. */
export function declare({ name: domain }: Guest, chain: Chain): Program {
  return () =>
    Object.fromEntries(
      Object.entries(chain).map(([name, args]) => [name, new Snapshot(name, { domain, ...args })]),
    );
}

/** Takes them one after the other, in one run, without recording the order in the state. */
export async function take(stack: TestStack, { name: domain }: Guest, chain: Chain): Promise<void> {
  await succeed(
    stack.up(async () => {
      for (const [name, args] of Object.entries(chain))
        await known(new Snapshot(name, { domain, ...args }).id);
      return {};
    }),
  );
}

/** The files of a domain in the laboratory's folder, sorted. */
export async function filesOf({ uuid }: Guest): Promise<string[]> {
  return (await readdir(lab("LAB_DIR")))
    .filter((file) => file.startsWith(uuid) && !file.endsWith(".serial"))
    .sort();
}

function known<T>(output: Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
