import isBefore from "semver/functions/lt";

/**
 * What depends on the version of libvirt. The daemon's version counts, not that of virsh. docs/libvirt-notes.md says how
 * the facts were found.
 */
export interface Gate {
  feature: Feature;
  /** First version that can. */
  from?: string;
  /** First version that no longer can. Before `from`: the versions between them cannot, earlier ones can. */
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
  | "internalRunningAnyName"
  | "privateOverlays"
  | "deepChains";

export const GATES: readonly Gate[] = [
  {
    feature: "revertExternal",
    // 9.9 can, but with known errors.
    from: "9.10.0",
    reason: "cannot revert to an external snapshot",
    remedy: "Upgrade the host to libvirt 9.10 or later, or take internal snapshots.",
  },
  {
    feature: "revertExternalRunning",
    from: "10.10.0",
    reason: "cannot revert to a disk-only snapshot of a running domain",
    remedy: "Upgrade the host to libvirt 10.10 or later, or capture memory as well.",
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
    reason: "would delete the base image together with an external snapshot that the domain no longer uses",
    remedy:
      "Nothing to do: if no snapshot comes after it, its metadata and its overlay are deleted, and the base image stays.",
  },
  {
    feature: "internalEfi",
    from: "9.3.0",
    reason: "cannot take an internal snapshot of a domain with UEFI firmware",
    remedy: "Use diskOnly, or upgrade the host: libvirt 9.3 can while the domain is off, 10.9 while it runs.",
  },
  {
    feature: "internalEfiRunning",
    from: "10.9.0",
    reason: "cannot take an internal snapshot of a running domain with UEFI firmware",
    remedy: "Use diskOnly, stop the domain first, or upgrade the host to libvirt 10.9 or later.",
  },
  {
    feature: "internalRunningAnyName",
    // Measured on 9.0 (any name), 11.3 and 12.8 (these names): there the name is part of QEMU's job ID.
    until: "11.3.0",
    reason: "takes internal snapshots of a running domain only with names made of A-Z a-z 0-9 . _ -",
    remedy: "Use such a name, or take an external snapshot.",
  },
  {
    feature: "privateOverlays",
    from: "11.10.0",
    reason:
      "creates the overlays of a domain that is off readable for everyone on the host (CVE-2025-13193), unless its distribution corrected that",
    remedy:
      "Give the overlay the mode of the image below it (chmod), or upgrade the host to libvirt 11.10 or later.",
  },
  {
    feature: "deepChains",
    // Measured: 9.0 and 12.8 start a domain with 200 images below a disk, 11.3 with no more than 25.
    until: "10.8.0",
    from: "12.0.0",
    reason: "starts no domain with more than 25 images in the chain of a disk",
    remedy:
      "Delete external snapshots that you no longer need, or upgrade the host to libvirt 12.0 or later.",
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
  const since = from === undefined || !isBefore(version, from);
  const before = until === undefined || isBefore(version, until);
  const isGap = from !== undefined && until !== undefined && isBefore(until, from);
  return isGap ? since || before : since && before;
}
