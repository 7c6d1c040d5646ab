import { GATES, type Feature, type Gate } from "../../provider/capabilities/version-gates.js";
import { table } from "./table.js";

/** What each gate is about, in the words of someone who wants it. */
const FEATURES: Record<Feature, string> = {
  deleteExternal: "delete external snapshots",
  internalEfi: "internal snapshots of a VM with UEFI firmware that is off",
  revertExternal: "revert to external snapshots",
  internalEfiRunning: "internal snapshots of a running VM with UEFI firmware (NVRAM in qcow2)",
  revertExternalRunning: "revert to disk-only snapshots that were taken of a running VM",
  deleteExternalOverInternal:
    "delete external snapshots that the VM has left; before that, pulumi-virsh removes metadata and overlays",
  internalRunningAnyName:
    "any name for internal snapshots of a running VM; later versions accept only `A-Z a-z 0-9 . _ -`",
  privateOverlays:
    "private overlays of a VM that is off; before that (CVE-2025-13193), if pulumi-virsh runs on the host",
  deepChains:
    "more than 25 images in the chain of a disk, also before 10.8; in between, pulumi-virsh refuses them",
};

/** Where the tests run, the oldest first: what needs no gate works from there on. */
const TESTED = ["9.0", "11.3", "12.8"];

/** What works from which libvirt on, the oldest version first. */
export function versionTable(): string {
  const [oldest = "", ...newer] = TESTED;
  const gates = GATES.filter(({ from }) => short(from) !== oldest);
  const rows = gates.sort((a, b) => compare(versionOf(a), versionOf(b))).map(row);
  const always = `everything that has no row here; the tests run on ${[oldest, ...newer].join(", ")}`;
  return table(["libvirt", "what works"], [[`${oldest} and later`, always], ...rows]);
}

function row({ feature, from, until }: Gate): string[] {
  const which = from === undefined ? `before ${short(until)}` : `${short(from)} and later`;
  return [which, FEATURES[feature]];
}

function versionOf({ from, until }: Gate): string {
  return from ?? until ?? "";
}

/** 9.10 for 9.10.0: nobody writes the last part of a libvirt version that is 0. */
function short(version = ""): string {
  return version.replace(/\.0$/, "");
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
