import { gated, type Feature } from "../../../provider/capabilities/version-gates.js";
import { virsh } from "./host.js";

/** The version of the daemon that the tests run on; the machine's virsh may be of another. */
async function libvirtVersion(): Promise<string> {
  const said = await virsh("version", "--daemon");
  const version = /daemon: (\d+\.\d+\.\d+)$/m.exec(said)?.[1];
  if (version === undefined) throw new Error(`no version of the daemon in: ${said}`);
  return version;
}

/** Why this daemon cannot do all of these, in the words of the first gate that is closed; `undefined` when it can. */
export async function closed(...features: Feature[]): Promise<string | undefined> {
  const version = await libvirtVersion();
  return features.map((feature) => gated(feature, version)?.reason).find((reason) => reason !== undefined);
}

/** For what differs between versions without that the provider decides anything by it. */
export async function isAtLeast(version: string): Promise<boolean> {
  return (await libvirtVersion()).localeCompare(version, undefined, { numeric: true }) >= 0;
}
