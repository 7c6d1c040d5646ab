import { gated, type Feature } from "../../../provider/domain/gates.js";
import { virsh } from "./host.js";

/** The version of the daemon that the tests run on; the machine's virsh may be of another. */
async function libvirtVersion(): Promise<string> {
  const said = await virsh("version", "--daemon");
  const version = /daemon: (\d+\.\d+\.\d+)$/m.exec(said)?.[1];
  if (version === undefined) throw new Error(`no version of the daemon in: ${said}`);
  return version;
}

/** Why this daemon cannot, in the words of its gate; `undefined` when it can. */
export async function closed(feature: Feature): Promise<string | undefined> {
  return gated(feature, await libvirtVersion())?.reason;
}

/** For what differs between versions without that the provider decides anything by it. */
export async function isAtLeast(version: string): Promise<boolean> {
  return (await libvirtVersion()).localeCompare(version, undefined, { numeric: true }) >= 0;
}
