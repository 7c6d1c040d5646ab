import { mib } from "../schema/size.js";
import type { XmlElement } from "../xml/element.js";

const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1e3,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

/** An amount of memory in KiB, rounded up as libvirt does; `undefined` where it is missing or not readable. */
export function inKiB(amount: XmlElement | undefined): number | undefined {
  if (amount === undefined || !/^\s*\d+\s*$/.test(amount.text)) return undefined;
  const unit = amount.attribute("unit") ?? "KiB";
  const bytes = Object.entries(BYTES).find(([name]) => name.toLowerCase() === unit.toLowerCase())?.[1];
  return bytes === undefined ? undefined : Math.ceil((Number(amount.text) * bytes) / 1024);
}

export function shownKiB(amount: number): string {
  return amount % 1024 === 0 ? mib(amount * 1024) : `${amount} KiB`;
}
