import type { Host } from "./host.js";

/**
 * The hypervisor as the life cycle of a domain needs it: one verb a method, each one call. Made for one operation, as
 * a `Host` is, and as strict about `NotFound`.
 */
export interface DomainHost extends Pick<
  Host,
  "remaining" | "listDomains" | "domainState" | "listSnapshots" | "destroyDomain"
> {
  /** `define`, from a private file; redefines a domain of the same name and UUID */
  defineDomain(xml: string): Promise<void>;
  /** `undefine --managed-save`, with `--nvram` or `--keep-nvram` */
  undefineDomain(uuid: string, options: { nvram: boolean }): Promise<void>;
  /** `autostart`, with `--disable` unless `on` */
  setAutostart(uuid: string, on: boolean): Promise<void>;
  /** `start` */
  startDomain(uuid: string): Promise<void>;
  /** `shutdown`: asks the guest, through its agent or by the ACPI power button */
  shutdownDomain(uuid: string): Promise<void>;
  /** `checkpoint-list --name` */
  listCheckpoints(uuid: string): Promise<string[]>;
}
