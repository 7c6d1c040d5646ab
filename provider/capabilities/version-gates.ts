import isBefore from "semver/functions/lt";

/**
 * What depends on libvirt's version, in one place. It is the daemon's version that counts, not that of the virsh that
 * asks. How the facts were found: docs/libvirt-notes.md.
 */
export interface Gate {
  feature: Feature;
  /** First version that can. */
  from?: string;
  /** First version that cannot any more. */
  until?: string;
  /** Why not, as the end of "libvirt X …". */
  reason: string;
  /** What to do instead, a full sentence. */
  remedy: string;
}

export type Feature =
  | "revertExternal"
  | "revertExternalRunning"
  | "deleteExternal"
  | "deleteExternalOverInternal"
  | "internalEfi"
  | "internalEfiRunning"
  | "internalRunningAnyName";

export const GATES: readonly Gate[] = [
  {
    feature: "revertExternal",
    // 9.9 can, but is known to go wrong.
    from: "9.10.0",
    reason: "cannot revert to an external snapshot",
    remedy: "Upgrade the host to libvirt 9.10 or later, or take internal snapshots.",
  },
  {
    feature: "revertExternalRunning",
    from: "10.10.0",
    reason: "cannot revert to a snapshot of disks alone that was taken of a running domain",
    remedy: "Upgrade the host to libvirt 10.10 or later, or capture memory, too.",
  },
  {
    feature: "deleteExternal",
    from: "9.0.0",
    reason: "cannot delete an external snapshot",
    remedy: 'Upgrade the host to libvirt 9.0 or later, or set deleteScope to "metadata" and keep the files.',
  },
  {
    feature: "deleteExternalOverInternal",
    from: "11.0.0",
    reason: "would delete the base image together with an external snapshot that the domain has left",
    remedy:
      "Nothing: once no other comes after it, it is only forgotten (`--metadata`), and its overlay removed.",
  },
  {
    feature: "internalEfi",
    from: "9.3.0",
    reason: "takes no internal snapshot of a domain with UEFI firmware",
    remedy: "Use diskOnly, or upgrade the host: 9.3 takes one while the domain is off, 10.9 while it runs.",
  },
  {
    feature: "internalEfiRunning",
    from: "10.9.0",
    reason: "takes no internal snapshot of a running domain with UEFI firmware",
    remedy: "Use diskOnly, stop the domain first, or upgrade the host to libvirt 10.9 or later.",
  },
  {
    feature: "internalRunningAnyName",
    // Measured on 9.0 (any name), 11.3 and 12.8 (few): there the name became part of QEMU's job ID.
    until: "11.3.0",
    reason:
      "takes an internal snapshot of a running domain only under a name of ASCII letters, digits and - . _",
    remedy: "Use such a name, or take an external snapshot.",
  },
];

/** Why a daemon of this version cannot, and what to do; `undefined` when it can. */
export function gated(feature: Feature, version: string): { reason: string; remedy: string } | undefined {
  const gate = GATES.find((each) => each.feature === feature && !admits(each, version));
  return gate === undefined
    ? undefined
    : { reason: `libvirt ${version} ${gate.reason}`, remedy: gate.remedy };
}

function admits({ from, until }: Gate, version: string): boolean {
  return (
    (from === undefined || !isBefore(version, from)) && (until === undefined || isBefore(version, until))
  );
}
