import { holdsState } from "../capabilities/snapshot-shape.js";
import { quote, quoteAll } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { warning, type Tell } from "../hypervisor/notice.js";
import { MAX_NAME_BYTES } from "../schema/text-rules.js";
import type { PartialState } from "./state.js";

/** Safety snapshots: what they are called, and which of them a state knows. */

/** `NAME-before-revert-20261124T190035Z`, the name cut to what fits. */
export function safetyName(name: string, time: Date): string {
  const suffix = `-before-revert-${time.toISOString().replace(/[-:]|\.\d+/g, "")}`;
  const room = MAX_NAME_BYTES - suffix.length;
  // A character that the cut would split is left out.
  const start = new TextDecoder().decode(Buffer.from(name).subarray(0, room), { stream: true });
  return start + suffix;
}

const TIME_LENGTH = "20261124T190035Z".length;

/** Whether `candidate` is the name of a safety snapshot that was taken before a revert to `name`. */
function isSafetyName(candidate: string, name: string): boolean {
  const start = safetyName(name, new Date(0)).slice(0, -TIME_LENGTH);
  return candidate.startsWith(start) && /^\d{8}T\d{6}Z$/.test(candidate.slice(start.length));
}

/** The safety snapshots of a state, each as something that can be deleted. Where data is to stay, theirs stays too. */
export function safetyStates(state: PartialState): PartialState[] {
  const { safetySnapshots = [], domain, domainUuid, domainName, schemaVersion, deleteScope } = state;
  return safetySnapshots.map((safety) => ({
    ...safety,
    domain,
    domainUuid,
    domainName,
    schemaVersion,
    deleteScope: deleteScope === "metadata" ? "metadata" : "snapshot",
  }));
}

/**
 * Reports safety snapshots that no state knows: a revert that was interrupted took them, or began to. They are not
 * pruned, because another program may have taken them for the same snapshot.
 */
export async function tellStrays(host: QueryHost, state: PartialState, tell: Tell): Promise<void> {
  const { domainUuid, domainName, safetySnapshots = [] } = state;
  const known = safetySnapshots.map(({ name }) => name);
  const isSafety = (name: string) => isSafetyName(name, state.name);
  const [listed, { disks }] = await Promise.all([host.listSnapshots(domainUuid), host.domainXml(domainUuid)]);
  const strays = listed.filter((name) => isSafety(name) && !known.includes(name));
  if (strays.length > 0) {
    tell(
      warning(
        `${quoteAll(strays)} of ${domainName}: taken before an earlier revert that was interrupted, and in no state. ` +
          "Delete what you do not need of it with virsh snapshot-delete.",
      ),
    );
  }
  for (const { source: image } of disks.filter(holdsState)) {
    const tags = image === undefined ? [] : ((await host.imageTags(image)) ?? []);
    const halves = tags.filter((tag) => isSafety(tag) && !listed.includes(tag));
    if (halves.length === 0) continue;
    tell(
      warning(
        `The image ${quote(image)} of ${domainName} holds ${quoteAll(halves)}, which libvirt does not know: ` +
          "the start of a safety snapshot that was interrupted. It takes space until you remove it, while the domain is off: " +
          `qemu-img snapshot -d NAME ${quote(image)}`,
      ),
    );
  }
}
