import { gated, type Feature } from "../../../provider/capabilities/version-gates.js";
import { virsh } from "./host.js";

/** The version of the daemon that runs the tests; the machine's virsh may have another one. */
async function libvirtVersion(): Promise<string> {
  const said = await virsh("version", "--daemon");
  const version = /daemon: (\d+\.\d+\.\d+)$/m.exec(said)?.[1];
  if (version === undefined) throw new Error(`no version of the daemon in: ${said}`);
  return version;
}

/** The reason of the first closed gate, if this daemon does not support all of these; `undefined` if it does. */
export async function closed(...features: Feature[]): Promise<string | undefined> {
  const version = await libvirtVersion();
  return features.map((feature) => gated(feature, version)?.reason).find((reason) => reason !== undefined);
}

/** For differences between versions that no decision of the provider depends on. */
export async function isAtLeast(version: string): Promise<boolean> {
  return (await libvirtVersion()).localeCompare(version, undefined, { numeric: true }) >= 0;
}
