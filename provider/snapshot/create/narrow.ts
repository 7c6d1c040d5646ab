import { isVirshError, quote } from "../../errors.js";
import type { Host } from "../../hypervisor/host.js";
import { info, warning, type Tell } from "../../hypervisor/notice.js";
import type { WrittenFile } from "../written-files.js";

/**
 * libvirt before 11.10 creates the overlays of a domain that is off readable for everyone on the host (CVE-2025-13193).
 * Whoever may not read the image below must not read the overlay either. Costs nothing where no overlay was made.
 */
export async function narrowOverlays(
  host: Host,
  snapshot: string,
  files: readonly WrittenFile[],
  tell: Tell,
): Promise<void> {
  for (const { file, below } of files) {
    if (below !== undefined) await narrowOverlay(host, snapshot, file, below, tell);
  }
}

async function narrowOverlay(
  host: Host,
  snapshot: string,
  file: string,
  below: string,
  tell: Tell,
): Promise<void> {
  const overlay = `The overlay ${quote(file)} of snapshot ${quote(snapshot)}`;
  try {
    const [mode, model] = await Promise.all([host.fileMode(file), host.fileMode(below)]);
    // Not files of this machine, or not to be seen from here.
    if (mode === undefined || model === undefined || (mode & ~model) === 0) return;
    const narrow = mode & model;
    const what = `${overlay} had mode ${octal(mode)}, wider than the image below it (${octal(model)})`;
    if (await host.setFileMode(file, narrow))
      tell(info(`${what}, and has ${octal(narrow)} now (CVE-2025-13193).`));
    else
      tell(
        warning(
          `${what}, and cannot be changed from here (CVE-2025-13193). As its owner: chmod ${octal(narrow)} ${quote(file)}`,
        ),
      );
  } catch (error) {
    // The snapshot is taken, and must get into the state.
    if (!isVirshError(error)) throw error;
    tell(
      warning(
        `${overlay} may be readable for others (CVE-2025-13193): its mode could not be seen (${error.said}).`,
      ),
    );
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
