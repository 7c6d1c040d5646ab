import type { DomainXml } from "../xml/domain.js";
import type { HostIdentity } from "./host-identity.js";
import type {
  BlockInfo,
  DomainCondition,
  DomainControl,
  DomainRef,
  DomainState,
  Image,
  ImageOptions,
  SnapshotDocument,
  SnapshotFilter,
  TagDate,
} from "./results.js";

/**
 * Every query to a host, one entry each: its name, its arguments and the type of its result. Queries change nothing.
 * The interface (`Queries`), the preview's cache and the tests' double derive from this table; `virsh/queries.ts` has
 * the call behind each.
 */
export const queries = {
  /** `list --all --uuid --name` */
  listDomains: query<[], DomainRef[]>(),
  /** `list --all --with-managed-save --uuid --name`: UUIDs of the domains that have a managed-save image */
  listManagedSaves: query<[], string[]>(),
  /** `list --all --persistent --uuid --name`: UUIDs of the domains that stay when they stop */
  listPersistent: query<[], string[]>(),
  /** `list --all --autostart --uuid --name`: UUIDs of the domains that start with the host */
  listAutostart: query<[], string[]>(),
  /** `version --daemon`: the daemon's version, for example `9.0.0` */
  daemonVersion: query<[], string>(),
  /** `capabilities` and `uri`: which host and which of its daemons answers; asked once in a while */
  hostIdentity: query<[], HostIdentity>(),
  /** `sysinfo`: the UUID that the machine's firmware reports; `undefined` where libvirt cannot read it */
  smbiosUuid: query<[], string | undefined>(),

  /** `domstate` */
  domainState: query<[uuid: string], DomainState>(),
  /** `domstate --reason` */
  domainCondition: query<[uuid: string], DomainCondition>(),
  /**
   * Whether the guest's file systems are frozen, by whomever: a guest agent answers `domfsinfo` only while they are not.
   */
  isFrozen: query<[uuid: string], boolean>(),
  /**
   * `dumpxml`, to the letter (`--inactive`: the persistent definition); with passwords only where `security` asks for
   * them (`--security-info`)
   */
  definitionXml: query<[uuid: string, options?: { inactive?: boolean; security?: boolean }], string>(),
  /** `dumpxml` (`--inactive`: the persistent definition) */
  domainXml: query<[uuid: string, options?: { inactive?: boolean }], DomainXml>(),
  /** `domcontrol` */
  domainControl: query<[uuid: string], DomainControl>(),
  /** `domblkinfo`: the sizes of a disk */
  blockInfo: query<[uuid: string, target: string], BlockInfo>(),
  /** `blockjob --raw`: the kind of block job that a disk is in, in libvirt's words; `undefined` when it is in none */
  blockJob: query<[uuid: string, target: string], string | undefined>(),
  /** `checkpoint-list --name` */
  listCheckpoints: query<[uuid: string], string[]>(),

  /** `snapshot-list --name`, with its filters */
  listSnapshots: query<[uuid: string, filter?: SnapshotFilter], string[]>(),
  /** `snapshot-list --from --descendants --name` */
  listDescendants: query<[uuid: string, name: string], string[]>(),
  /** `snapshot-dumpxml --security-info` */
  readSnapshot: query<[uuid: string, name: string], SnapshotDocument>(),
  /** `snapshot-dumpxml`, to the letter; with passwords only where `security` asks for them (`--security-info`) */
  snapshotXml: query<[uuid: string, name: string, options?: { security?: boolean }], string>(),
  /** `snapshot-current --name`; `undefined` when the domain has no current snapshot */
  currentSnapshot: query<[uuid: string], string | undefined>(),

  /** Whether a file exists on the host: `save-image-dumpxml` opens it, whatever it is. */
  fileExists: query<[path: string], boolean>(),
  /** Whether a file holds the memory of a domain that was written only in part (`save-image-dumpxml`). */
  isHalfWritten: query<[path: string], boolean>(),
  /**
   * The tags of the internal snapshots in an image, from its table, or of which `qemu-img info -U` may miss some
   * (image-tags.ts).
   * `undefined` where the image cannot be read from here: the host is another machine, or the file is unreadable.
   * `look`: which of several looks it is, so that none is given the answer of another.
   */
  imageTags: query<[path: string, look?: number], string[] | undefined>(),
  /**
   * From the image: when the internal snapshot of that name was taken. `undefined` where the image cannot be read
   * from here, or shows none.
   */
  tagDate: query<[path: string, name: string], TagDate | undefined>(),
  /**
   * The real path of an image and, where its format is given, of its backing chain (`qemu-img info --backing-chain`).
   * Empty where there is no such file; `undefined` where the chain cannot be seen from here.
   */
  imageFiles: query<[path: string, format?: string], string[] | undefined>(),
  /** Whether a process has locked an image; `undefined` where that cannot be seen from here. */
  isLocked: query<[path: string], boolean | undefined>(),
  /** A text that changes with every write to a file; `undefined` where that cannot be seen from here. */
  fileStamp: query<[path: string], string | undefined>(),
  /** The permissions of a file, as `chmod` takes them; `undefined` where they cannot be seen from here. */
  fileMode: query<[path: string], number | undefined>(),
  /** Free bytes in the folder of a file; `undefined` where that cannot be seen from here. */
  freeBytes: query<[path: string], number | undefined>(),
  /** `qemu-img info`: an image, and with `backingChain` those below it. Throws where it cannot be read from here. */
  readImages: query<[path: string, options: ImageOptions], Image[]>(),
};

export type QueryName = keyof typeof queries;
export type ArgsOf<Name extends QueryName> = (typeof queries)[Name]["args"];
export type ResultOf<Name extends QueryName> = (typeof queries)[Name]["result"];

/**
 * The queries as methods. Each throws a `VirshError`, and `NotFound` only where the host, reached and asked, proved the
 * absence: a failed look-up by UUID is confirmed against the list of domains first.
 */
export type Queries = {
  [Name in QueryName]: (...args: ArgsOf<Name>) => Promise<ResultOf<Name>>;
};

/** Carries out one query. */
export type Ask = <Name extends QueryName>(name: Name, args: ArgsOf<Name>) => Promise<ResultOf<Name>>;

/** All queries, each carried out by `ask`. */
export function queriesBy(ask: Ask): Queries {
  const names = Object.keys(queries) as QueryName[];
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => ask(name, args as ArgsOf<typeof name>)]),
  ) as unknown as Queries;
}

interface Query<Args extends readonly unknown[], Result> {
  args: Args;
  result: Result;
}

/** The entry of one query. It has no value at run time; only its types matter. */
function query<Args extends readonly unknown[], Result>(): Query<Args, Result> {
  return {} as Query<Args, Result>;
}
