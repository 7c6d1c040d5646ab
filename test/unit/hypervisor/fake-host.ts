import type {
  CreateRequest,
  DeleteRequest,
  DomainControl,
  DomainRef,
  DomainState,
  Host,
  RevertRequest,
  SnapshotDocument,
} from "../../../provider/hypervisor/host.js";
import type { SnapshotFilter } from "../../../provider/virsh/commands/snapshot.js";
import type { DomainXml } from "../../../provider/xml/domain.js";
import { isExternal, parseSnapshot } from "../../../provider/xml/snapshot.js";
import { ENDLESSLY, said, takeSnapshot, toXml, type FakeHypervisor, type Method } from "./fake-hypervisor.js";

/** One operation's view of a hypervisor. */
export class FakeHost implements Host {
  readonly shownUri: string | undefined;

  constructor(
    private readonly hypervisor: FakeHypervisor,
    shownUri?: string,
    /** Milliseconds left of the operation's time, and of that for looking afterwards. */
    readonly left = { now: 600_000, afterwards: 30_000 },
  ) {
    this.shownUri = shownUri;
  }

  remaining(): number {
    return this.left.now;
  }

  afterwards(): Host {
    const { afterwards } = this.left;
    return new FakeHost(this.hypervisor, this.shownUri, { now: afterwards, afterwards });
  }

  listDomains(): Promise<DomainRef[]> {
    return this.answer("listDomains", [], () =>
      this.hypervisor.domains.map(({ uuid, name }) => ({ uuid, name })),
    );
  }

  domainState(uuid: string): Promise<DomainState> {
    return this.answer("domainState", [uuid], () => this.hypervisor.domain(uuid).state);
  }

  domainXml(uuid: string): Promise<DomainXml> {
    return this.answer("domainXml", [uuid], () => this.hypervisor.definition(uuid));
  }

  domainControl(uuid: string): Promise<DomainControl> {
    return this.answer("domainControl", [uuid], () => {
      const { control } = this.hypervisor.domain(uuid);
      const words = control[0];
      if (control[1] !== ENDLESSLY) control.shift();
      return words === undefined ? { idle: true } : { idle: false, said: words };
    });
  }

  daemonVersion(): Promise<string> {
    return this.answer("daemonVersion", [], () => this.hypervisor.version);
  }

  listSnapshots(uuid: string, { from, internal }: SnapshotFilter = {}): Promise<string[]> {
    return this.answer("listSnapshots", [uuid], () => {
      const { snapshots } = this.hypervisor.domain(uuid);
      const below = from === undefined ? undefined : this.hypervisor.descendants(uuid, from);
      return snapshots
        .filter(({ name }) => below?.includes(name) ?? true)
        .filter((snapshot) => internal !== true || !isExternal(parseSnapshot(toXml(snapshot))))
        .map(({ name }) => name);
    });
  }

  readSnapshot(uuid: string, name: string): Promise<SnapshotDocument> {
    return this.answer("readSnapshot", [uuid, name], () => {
      const xml = toXml(this.hypervisor.snapshot(uuid, name));
      return { xml, snapshot: parseSnapshot(xml) };
    });
  }

  currentSnapshot(uuid: string): Promise<string | undefined> {
    return this.answer("currentSnapshot", [uuid], () => this.hypervisor.domain(uuid).current);
  }

  createSnapshot(uuid: string, request: CreateRequest): Promise<void> {
    return this.answer("createSnapshot", [uuid, asked(request)], () =>
      takeSnapshot(this.hypervisor, uuid, request),
    );
  }

  redefineSnapshot(uuid: string, xml: string): Promise<void> {
    return this.answer("redefineSnapshot", [uuid, xml], () => {
      const { name, creationTime, description } = parseSnapshot(xml);
      const known = this.hypervisor.snapshot(uuid, name);
      if (known.creationTime !== creationTime) throw said("Conflict", `domain moment ${name} already exists`);
      if (description === undefined) delete known.description;
      else known.description = description;
    });
  }

  revertSnapshot(uuid: string, name: string, request: RevertRequest): Promise<void> {
    return this.answer("revertSnapshot", [uuid, name, asked(request)], () => {
      const { state = "running" } = this.hypervisor.snapshot(uuid, name);
      const domain = this.hypervisor.domain(uuid);
      const captured = state === "running" || state === "paused" ? state : "shut off";
      domain.state = request.running === true ? "running" : request.paused === true ? "paused" : captured;
      domain.current = name;
    });
  }

  deleteSnapshot(uuid: string, name: string, request: DeleteRequest = {}): Promise<void> {
    return this.answer("deleteSnapshot", [uuid, name, asked(request)], () => {
      const domain = this.hypervisor.domain(uuid);
      const { parent } = this.hypervisor.snapshot(uuid, name);
      const { children = false, childrenOnly = false } = request;
      const below = children || childrenOnly ? this.hypervisor.descendants(uuid, name) : [];
      const gone = childrenOnly ? below : [name, ...below];
      domain.snapshots = domain.snapshots.filter((other) => !gone.includes(other.name));
      if (domain.current !== undefined && gone.includes(domain.current))
        domain.current = childrenOnly ? name : parent;
    });
  }

  listDescendants(uuid: string, name: string): Promise<string[]> {
    return this.answer("listDescendants", [uuid, name], () => {
      this.hypervisor.snapshot(uuid, name);
      return this.hypervisor.descendants(uuid, name);
    });
  }

  destroyDomain(uuid: string): Promise<void> {
    return this.answer("destroyDomain", [uuid], () => {
      this.hypervisor.domain(uuid).state = "shut off";
    });
  }

  resumeDomain(uuid: string): Promise<void> {
    return this.answer("resumeDomain", [uuid], () => {
      this.hypervisor.domain(uuid).state = "running";
    });
  }

  thawDomain(uuid: string): Promise<void> {
    return this.answer("thawDomain", [uuid], () => void this.hypervisor.domain(uuid));
  }

  listManagedSaves(): Promise<string[]> {
    return this.answer("listManagedSaves", [], () =>
      this.hypervisor.domains.filter(({ saved }) => saved).map(({ uuid }) => uuid),
    );
  }

  removeManagedSave(uuid: string): Promise<void> {
    return this.answer("removeManagedSave", [uuid], () => {
      this.hypervisor.domain(uuid).saved = false;
    });
  }

  fileExists(path: string): Promise<boolean> {
    return this.answer("fileExists", [path], () => this.hypervisor.files.has(path));
  }

  imageTags(path: string): Promise<string[] | undefined> {
    return this.answer("imageTags", [path], () => this.hypervisor.tagsIn(path));
  }

  imageFiles(path: string, format?: string): Promise<string[] | undefined> {
    return this.answer("imageFiles", [path, format], () => {
      const { here, chains } = this.hypervisor;
      if (!here) return undefined;
      return format !== undefined && chains.has(path) ? chains.get(path) : [path];
    });
  }

  isLocked(path: string): Promise<boolean | undefined> {
    return this.answer("isLocked", [path], () => this.hypervisor.locked.has(path));
  }

  blockJob(uuid: string, target: string): Promise<string | undefined> {
    return this.answer("blockJob", [uuid, target], () => this.hypervisor.domain(uuid).jobs[target]);
  }

  freeBytes(path: string): Promise<number | undefined> {
    return this.answer("freeBytes", [path], () => (this.hypervisor.here ? this.hypervisor.free : undefined));
  }

  removeFile(path: string): Promise<boolean> {
    return this.answer("removeFile", [path], () => {
      if (this.hypervisor.here) this.hypervisor.files.delete(path);
      return this.hypervisor.here;
    });
  }

  private async answer<T>(method: Method, args: readonly unknown[], act: () => T): Promise<T> {
    // Later than the call, as every answer of a real host is.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.left.now <= 0) throw said("Timeout", "the time limit of 600 s ran out before it began");
    this.hypervisor.note(method, args);
    return act();
  }
}

/** What is on: to virsh a flag that is off is the same as one that is not given. */
function asked<T extends object>(request: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined && value !== false),
  ) as Partial<T>;
}
