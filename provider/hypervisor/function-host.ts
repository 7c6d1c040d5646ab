import type { Host } from "./host.js";
import type { Answers } from "../virsh/answer.js";
import type { Command } from "../virsh/commands/command.js";
import type { Image, ImageOptions } from "../virsh/images.js";

/**
 * The hypervisor as a question needs it. Made for one question, as a `Host` is for one operation, and as strict about
 * `NotFound`.
 */
export interface QuestionHost extends Pick<Host, "shownUri" | "listDomains"> {
  /**
   * Many commands about one domain, in as few processes as possible, in their order. Each has its own answer; throws
   * where virsh could not be asked at all, and where the domain is gone.
   */
  askAll<T extends readonly unknown[]>(
    uuid: string,
    commands: { [K in keyof T]: Command<T[K]> },
  ): Promise<Answers<T>>;
  /** `qemu-img info -U`; throws where the host is another machine. */
  readImages(file: string, options: ImageOptions): Promise<Image[]>;
}
