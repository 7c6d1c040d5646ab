import type { State } from "../../behaviour/revert.js";
import { virsh, type Guest } from "./host.js";

export async function stateOf({ uuid }: Guest): Promise<string> {
  return (await virsh("domstate", uuid)).trim();
}

/** Brings a domain into a state, whatever its current one. */
export async function bring(domain: Guest, state: State): Promise<void> {
  const present = await stateOf(domain);
  if (present === state) return;
  if (state === "shut off") await virsh("destroy", domain.uuid);
  else {
    if (present === "shut off") await virsh("start", domain.uuid);
    await virsh(state === "paused" ? "suspend" : "resume", domain.uuid).catch(() => undefined);
  }
}
