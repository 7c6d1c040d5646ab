import type { CapturedDisk, CapturedMemory } from "../../sdk/index.js";

/** What the program of the first example exports. */
export interface Outputs {
  id: string;
  takenAt: string;
  description: string;
  state: string;
  isCurrent: boolean;
  capturedDisks: CapturedDisk[];
  capturedMemory: CapturedMemory;
  /** Not exported, for Pulumi warns of an output without a value: taken from the resource. */
  parent: string | undefined;
}

/** The two halves of the ID: it names the domain by its UUID. */
export function halvesOf({ id }: Outputs): { uuid: string; name: string } {
  const slash = id.indexOf("/");
  return { uuid: id.slice(0, slash), name: id.slice(slash + 1) };
}
