import type { SnapshotFilter } from "../virsh/commands/snapshot.js";
import type { DomainXml } from "../xml/domain.js";
import type { SnapshotXml } from "../xml/snapshot.js";

/** A domain as the host lists it. */
export interface DomainRef {
  readonly uuid: string;
  readonly name: string;
}

/** `virsh domstate`, libvirt's own words. */
export type DomainState =
  "no state" | "running" | "idle" | "paused" | "in shutdown" | "shut off" | "crashed" | "pmsuspended";

/** Arguments of `snapshot-create-as`: the words of virsh, values unescaped. */
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

/** What `domcontrol` says: `ok`, or the job that holds the domain, in libvirt's words. */
export type DomainControl = { idle: true } | { idle: false; said: string };

/** A snapshot together with the text it was parsed from (needed to redefine it unchanged but for one thing). */
export interface SnapshotDocument {
  readonly xml: string;
  readonly snapshot: SnapshotXml;
}

/**
 * The hypervisor as the life cycle of a snapshot needs it: one verb a method, each one call. A `Host` is made
 * for one operation; its methods share that operation's time limit.
 *
 * Every method throws a `VirshError`. `NotFound` is thrown only where the host, reached and asked, proved the
 * absence: a look-up by UUID that fails is confirmed against the list of domains first.
 */
export interface Host {
  /** The connection URI as it may be shown, secrets redacted; `undefined` when virsh's own default applies. */
  readonly shownUri: string | undefined;
  /** Milliseconds left of the operation's time limit. */
  remaining(): number;
  /**
   * The same host with half a minute of its own: to see what an operation has left behind whose time ran out, or that
   * was stopped.
   */
  afterwards(): Host;

  /** `list --all --uuid --name` */
  listDomains(): Promise<DomainRef[]>;
  /** `domstate` */
  domainState(uuid: string): Promise<DomainState>;
  /** `dumpxml` (`--inactive`: the persistent definition) */
  domainXml(uuid: string, options?: { inactive?: boolean }): Promise<DomainXml>;
  /** `domcontrol` */
  domainControl(uuid: string): Promise<DomainControl>;
  /** `version --daemon`: libvirt's version of the daemon, e.g. `9.0.0` */
  daemonVersion(): Promise<string>;

  /** `snapshot-list --name`, with its filters */
  listSnapshots(uuid: string, filter?: SnapshotFilter): Promise<string[]>;
  /** `snapshot-dumpxml --security-info` */
  readSnapshot(uuid: string, name: string): Promise<SnapshotDocument>;
  /** `snapshot-current --name`; `undefined` when the domain has no current snapshot */
  currentSnapshot(uuid: string): Promise<string | undefined>;
  /** `snapshot-create-as` */
  createSnapshot(uuid: string, request: CreateRequest): Promise<void>;
  /** `snapshot-create --redefine`, from a private file */
  redefineSnapshot(uuid: string, xml: string, options?: { current?: boolean }): Promise<void>;
  /** `snapshot-revert` */
  revertSnapshot(uuid: string, name: string, request?: RevertRequest): Promise<void>;
  /** `snapshot-delete` */
  deleteSnapshot(uuid: string, name: string, request?: DeleteRequest): Promise<void>;
  /** `snapshot-list --from --descendants --name` */
  listDescendants(uuid: string, name: string): Promise<string[]>;

  /** `destroy`: pulls the plug */
  destroyDomain(uuid: string): Promise<void>;
  /** `resume` */
  resumeDomain(uuid: string): Promise<void>;
  /** `domfsthaw` */
  thawDomain(uuid: string): Promise<void>;
  /** `list --all --with-managed-save --uuid`: the domains that have a managed-save image */
  listManagedSaves(): Promise<string[]>;
  /** `managedsave-remove` */
  removeManagedSave(uuid: string): Promise<void>;

  /** `blockjob --raw`: the kind of block job that a disk is in, in libvirt's words; `undefined` when it is in none */
  blockJob(uuid: string, target: string): Promise<string | undefined>;

  /** Whether a file is there, on the host: `save-image-dumpxml` opens it, whatever it is. */
  fileExists(path: string): Promise<boolean>;
  /**
   * `qemu-img info -U`: the tags of the internal snapshots in an image. `undefined` where the image cannot be read from
   * here: the host is another machine, or the file is not ours to read.
   */
  imageTags(path: string): Promise<string[] | undefined>;
  /**
   * The real path of an image and, where its format is given, of all that it stands on (`qemu-img info --backing-chain`).
   * None where there is no such file; `undefined` where they cannot all be seen from here.
   */
  imageFiles(path: string, format?: string): Promise<string[] | undefined>;
  /** Whether a process works on an image; `undefined` where that cannot be seen from here. */
  isLocked(path: string): Promise<boolean | undefined>;
  /** Bytes that are free where a file is, or is to be; `undefined` where that cannot be seen from here. */
  freeBytes(path: string): Promise<number | undefined>;
  /** Removes a file that libvirt left behind; `false` where that cannot be done from here. */
  removeFile(path: string): Promise<boolean>;
}

/** The questions that what is about to be done is judged by. They change nothing. */
export type Looks = Pick<
  Host,
  | "shownUri"
  | "listDomains"
  | "domainXml"
  | "daemonVersion"
  | "listSnapshots"
  | "readSnapshot"
  | "currentSnapshot"
  | "listDescendants"
  | "listManagedSaves"
  | "blockJob"
  | "fileExists"
  | "imageTags"
  | "imageFiles"
  | "freeBytes"
>;

/** Opens a host for one operation. */
export type OpenHost = (options: HostOptions) => Host;

export interface HostOptions {
  /** Connection URI; `undefined` for virsh's own default. */
  uri: string | undefined;
  /** Time limit of the whole operation. */
  timeoutSeconds: number;
}
