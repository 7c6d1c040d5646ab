import type { Refusal } from "./snapshot-rules.js";
import { gated } from "./version-gates.js";

/** A disk, and how many images its chain has: its own image and those below. */
export interface Chain {
  target: string;
  images: number;
}

/** libvirt itself refuses more. */
const MOST = 200;

/** Where the gate `deepChains` is closed. Measured on 11.3: a domain starts with 25 images below a disk, not with 26. */
const MOST_THAT_START = 25;

/** So many snapshots before the last one, a preview warns. */
const NEAR = 5;

/** Why a disk whose chain an external snapshot makes longer must not get another overlay. */
export function chainRefusal(chains: readonly Chain[], version: string): Refusal | undefined {
  const longest = longestOf(chains);
  const { most, why, upgrade } = limitOf(version);
  if (longest === undefined || longest.images < most) return undefined;
  return {
    property: "disks",
    reason: `the chain of disk ${longest.target} has ${longest.images} images already, and ${why}`,
    remedy: `Delete external snapshots that you no longer need, which merges their overlays${upgrade}, or take an internal snapshot.`,
  };
}

/** How near the limit an external snapshot comes, as the end of a sentence about it; `undefined` while it is far. */
export function chainWarning(chains: readonly Chain[], version: string): string | undefined {
  const longest = longestOf(chains);
  const { most, why } = limitOf(version);
  if (longest === undefined || longest.images >= most || longest.images < most - NEAR) return undefined;
  return (
    `makes the chain of disk ${longest.target} ${longest.images + 1} images long, and ${why}. ` +
    "Delete external snapshots that you no longer need, which merges their overlays"
  );
}

function limitOf(version: string): { most: number; why: string; upgrade: string } {
  const closed = gated("deepChains", version);
  return closed === undefined
    ? { most: MOST, why: `libvirt allows no more than ${MOST}`, upgrade: "" }
    : { most: MOST_THAT_START, why: closed.reason, upgrade: ", upgrade the host to libvirt 12.0" };
}

function longestOf(chains: readonly Chain[]): Chain | undefined {
  return chains.reduce<Chain | undefined>(
    (longest, chain) => (longest === undefined || chain.images > longest.images ? chain : longest),
    undefined,
  );
}
