import type { Host } from "./host.js";
import { withDescription } from "../xml/snapshot.js";

/** Edits the description in place: parent, children, creation time and which snapshot is current stay as they are. */
export async function describe(
  host: Host,
  domainUuid: string,
  name: string,
  description: string | undefined,
): Promise<void> {
  const { xml } = await host.readSnapshot(domainUuid, name);
  await host.redefineSnapshot(domainUuid, withDescription(xml, description));
}
