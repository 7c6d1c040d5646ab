import type { Queries } from "./queries.js";

/** Arguments of `snapshot-create-as`: virsh's flags, values unescaped. */
export interface CreateRequest {
  name: string;
  description?: string | undefined;
  diskOnly?: boolean | undefined;
  atomic?: boolean | undefined;
  live?: boolean | undefined;
  halt?: boolean | undefined;
  quiesce?: boolean | undefined;
  reuseExternal?: boolean | undefined;
  validate?: boolean | undefined;
  memory?: { snapshot: "no" | "internal" | "external"; file?: string | undefined } | undefined;
  disks?: readonly DiskRequest[] | undefined;
}

export interface DiskRequest {
  /** The target (`vda`) or the source path of the disk. */
  name: string;
  snapshot: "no" | "internal" | "external";
  file?: string | undefined;
  driver?: string | undefined;
  type?: "file" | "block" | undefined;
}

/** Flags of `snapshot-revert`. */
export interface RevertRequest {
  running?: boolean | undefined;
  paused?: boolean | undefined;
  force?: boolean | undefined;
  resetNvram?: boolean | undefined;
}

/** Flags of `snapshot-delete`. */
export interface DeleteRequest {
  children?: boolean | undefined;
  childrenOnly?: boolean | undefined;
  metadata?: boolean | undefined;
}

/** An element of a domain's metadata: its namespace, the prefix in the document, and its text without both. */
export interface MetadataElement {
  uri: string;
  key: string;
  element: string;
}

/** What changes a host, one virsh command each. Each throws a `VirshError`, as the queries do. */
export interface Changes {
  /** `snapshot-create-as` */
  createSnapshot(uuid: string, request: CreateRequest): Promise<void>;
  /** `snapshot-create --redefine`, from a private file; `current`: makes it the current one (`--current`) */
  redefineSnapshot(uuid: string, xml: string, options?: { current: boolean }): Promise<void>;
  /** `snapshot-revert` */
  revertSnapshot(uuid: string, name: string, request: RevertRequest): Promise<void>;
  /** `snapshot-delete` */
  deleteSnapshot(uuid: string, name: string, request: DeleteRequest): Promise<void>;

  /** `destroy`: stops the domain at once, as a power cut would */
  destroyDomain(uuid: string): Promise<void>;
  /** `resume` */
  resumeDomain(uuid: string): Promise<void>;
  /** `domfsthaw` */
  thawDomain(uuid: string): Promise<void>;
  /** `managedsave-remove` */
  removeManagedSave(uuid: string): Promise<void>;

  /**
   * `define`, from a private file; redefines a domain of the same name and UUID. `validate`: against libvirt's schema
   * first (`--validate`)
   */
  defineDomain(xml: string, options?: { validate: boolean }): Promise<void>;
  /** `domrename` */
  renameDomain(uuid: string, name: string): Promise<void>;
  /** `metadata --config --set`: an element of the persistent definition's metadata, in a namespace of its own */
  setMetadata(uuid: string, element: MetadataElement): Promise<void>;
  /** `undefine --managed-save`, with `--nvram` or `--keep-nvram` */
  undefineDomain(uuid: string, options: { nvram: boolean }): Promise<void>;
  /** `autostart`, with `--disable` unless `on` */
  setAutostart(uuid: string, on: boolean): Promise<void>;
  /** `start` */
  startDomain(uuid: string): Promise<void>;
  /** `shutdown`: asks the guest, through its agent or the ACPI power button */
  shutdownDomain(uuid: string): Promise<void>;

  /** Removes a file that libvirt left behind; `false` where that cannot be done from here. */
  removeFile(path: string): Promise<boolean>;
  /** `chmod`; `false` where that cannot be done from here. */
  setFileMode(path: string, mode: number): Promise<boolean>;
}

/**
 * A hypervisor, as the operations on it need it. A `Host` is made for one operation; all its calls share that
 * operation's time limit.
 */
export interface Host extends Queries, Changes {
  /** The connection URI as it may be shown, secrets redacted; `undefined` when virsh's own default applies. */
  readonly shownUri: string | undefined;
  /** Milliseconds left of the operation's time limit. */
  remaining(): number;
  /** Lets time pass, before the host is asked again. */
  pause(ms: number): Promise<void>;
  /**
   * The same host with half a minute of its own: to see what an operation left behind that ran out of time or was
   * interrupted.
   */
  afterwards(): Host;
  /**
   * The same host, whose queries go to virsh in a process of their own, slow ones too, one after the other: what they
   * answer belongs to one moment.
   */
  atOnce(): QueryHost;
}

/** Only what changes nothing: what a preview and a function get. */
export type QueryHost = Queries & Pick<Host, "shownUri" | "pause">;

/** Opens a host for one operation. */
export type OpenHost = (options: HostOptions) => Host;

export interface HostOptions {
  /** Connection URI; `undefined` for virsh's own default. */
  uri: string | undefined;
  /** Time limit of the whole operation. */
  timeoutSeconds: number;
}
