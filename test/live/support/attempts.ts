import assert from "node:assert/strict";
import type { GetDomainResult } from "../../../sdk/index.js";
import { lab, snapshotsOf, virsh, type Guest } from "./host.js";

type Kind = keyof GetDomainResult["possibleSnapshots"];

/** Asserts that libvirt takes exactly the kinds of snapshots that `getDomain` says are possible. */
export async function assertPossible(
  domain: Guest,
  isActive: boolean,
  { possibleSnapshots }: Pick<GetDomainResult, "possibleSnapshots">,
): Promise<void> {
  // For a domain that is off, libvirt would ignore `--memspec` alone, or refuse it.
  const attempts: Record<Kind, string[] | undefined> = {
    internalWithMemory: isActive ? [] : undefined,
    internalOffline: isActive ? ["--memspec=snapshot=no"] : [],
    diskOnly: ["--disk-only"],
    externalWithMemory: [`--memspec=snapshot=external,file=${lab("LAB_DIR")}/${domain.uuid}.memory`],
    quiesced: isActive ? ["--disk-only", "--quiesce"] : undefined,
  };
  for (const [kind, flags] of Object.entries(attempts)) {
    const { possible, reason, remedy } = possibleSnapshots[kind as Kind];
    const taken = flags === undefined ? "no way to ask for it" : await attempt(domain, kind, flags);
    assert.equal(taken === "taken", possible, `${kind}: said ${reason ?? "possible"}, libvirt: ${taken}`);
    assert.equal(reason !== undefined && remedy !== undefined, !possible);
  }
}

/** Takes a snapshot and deletes its metadata, or returns why it was not taken. */
async function attempt(domain: Guest, name: string, flags: string[]): Promise<string> {
  const before = await snapshotsOf(domain);
  try {
    await virsh("snapshot-create-as", domain.uuid, `--name=${name}`, ...flags);
  } catch (error) {
    assert.deepEqual(await snapshotsOf(domain), before);
    return String((error as { stderr?: string }).stderr);
  }
  await virsh("snapshot-delete", domain.uuid, `--snapshotname=${name}`, "--metadata");
  return "taken";
}
