import { quote } from "../../errors.js";
import { warning, type Notice } from "../../hypervisor/notice.js";
import type { WrittenFile } from "../written-files.js";

/** The files that the snapshots of a program will make, and which snapshot makes each: two cannot make the same. */
export class WantedFiles {
  readonly #by = new Map<string, string>();

  /** A line for each of `files` that another snapshot will make. `where` tells hosts apart, `who` names the snapshot. */
  claim(where: string, who: string, files: readonly WrittenFile[]): Notice[] {
    return files.flatMap(({ file, property }) => {
      const key = `${where} ${file}`;
      const first = this.#by.get(key) ?? who;
      this.#by.set(key, first);
      if (first === who) return [];
      return [
        warning(
          `Two snapshots want the file ${quote(file)} (${property}): ${first} and ${who}. The second one fails. ` +
            "Give each a file of its own.",
        ),
      ];
    });
  }
}
