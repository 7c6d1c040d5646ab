import type { Changes, Host } from "../../../provider/hypervisor/host.js";
import {
  queriesBy,
  type ArgsOf,
  type QueryName,
  type ResultOf,
} from "../../../provider/hypervisor/queries.js";
import { isExternal, parseSnapshot } from "../../../provider/xml/snapshot.js";
import {
  domainOn,
  ENDLESSLY,
  said,
  takeSnapshot,
  toXml,
  type FakeHypervisor,
  type Method,
} from "./fake-hypervisor.js";

/** Milliseconds left of an operation's time limit, and of the time for looking afterwards. */
interface TimeLeft {
  now: number;
  afterwards: number;
}

/** One operation's view of a hypervisor in memory: records and answers every query and change of a host. */
export function fakeHost(
  hypervisor: FakeHypervisor,
  shownUri?: string,
  left: TimeLeft = { now: 600_000, afterwards: 30_000 },
): Host {
  async function answer<T>(method: Method, args: readonly unknown[], act: () => T): Promise<T> {
    // Later than the call, like every answer of a real host.
    await new Promise((resolve) => setImmediate(resolve));
    if (left.now <= 0) throw said("Timeout", "the time limit of 600 s ran out before it began");
    hypervisor.note(method, args);
    return act();
  }
  // Takes no time but the operation's.
  const pause = (ms: number): Promise<void> => {
    left.now -= ms;
    return new Promise((resolve) => setImmediate(resolve));
  };
  const changes = changesOf(hypervisor);
  const noted = Object.entries(changes).map(([method, change]) => [
    method,
    (...args: unknown[]) =>
      answer(method as Method, args.map(given), () => (change as (...args: unknown[]) => unknown)(...args)),
  ]);
  const queries = queriesBy((name, args) =>
    answer(
      name,
      args.filter((arg) => arg !== undefined),
      () => {
        const query = answers[name] as (of: FakeHypervisor, ...args: readonly unknown[]) => unknown;
        return query(hypervisor, ...args) as ResultOf<typeof name>;
      },
    ),
  );
  return {
    shownUri,
    remaining: () => left.now,
    pause,
    atOnce: () => ({ shownUri, pause, ...queries }),
    afterwards: () => fakeHost(hypervisor, shownUri, { ...left, now: left.afterwards }),
    ...queries,
    ...(Object.fromEntries(noted) as unknown as Changes),
  };
}

const answers: {
  [Name in QueryName]: (of: FakeHypervisor, ...args: ArgsOf<Name>) => ResultOf<Name>;
} = {
  listDomains: ({ domains }) => domains.map(({ uuid, name }) => ({ uuid, name })),
  listManagedSaves: ({ domains }) => domains.filter(({ saved }) => saved).map(({ uuid }) => uuid),
  listPersistent: ({ domains }) => domains.map(({ uuid }) => uuid),
  listAutostart: () => [],
  daemonVersion: ({ version }) => version,
  hostIdentity: ({ identity }) => identity,
  smbiosUuid: ({ smbiosUuid }) => smbiosUuid,
  domainState: (of, uuid) => of.domain(uuid).state,
  domainCondition: (of, uuid) => {
    const { state, reason = "unknown" } = of.domain(uuid);
    return { state, reason };
  },
  isFrozen: (of, uuid) => of.domain(uuid).frozen,
  definitionXml: (of, uuid) => domainOn(of.definition(uuid).disks[0]?.source ?? ""),
  domainXml: (of, uuid, options) => of.definition(uuid, options),
  domainControl: (of, uuid) => {
    const { control } = of.domain(uuid);
    const words = control[0];
    if (control[1] !== ENDLESSLY) control.shift();
    return words === undefined ? { idle: true } : { idle: false, said: words };
  },
  blockInfo: () => ({ capacity: 64, allocation: 32, physical: 16 }),
  blockJob: (of, uuid, target) => of.domain(uuid).jobs[target],
  listCheckpoints: () => [],
  listSnapshots: (of, uuid, { from, internal } = {}) => {
    const below = from === undefined ? undefined : of.descendants(uuid, from);
    return of
      .domain(uuid)
      .snapshots.filter(({ name }) => below?.includes(name) ?? true)
      .filter((snapshot) => internal !== true || !isExternal(parseSnapshot(toXml(snapshot))))
      .map(({ name }) => name);
  },
  listDescendants: (of, uuid, name) => {
    of.snapshot(uuid, name);
    return of.descendants(uuid, name);
  },
  readSnapshot: (of, uuid, name) => {
    const xml = toXml(of.snapshot(uuid, name));
    return { xml, snapshot: parseSnapshot(xml) };
  },
  snapshotXml: (of, uuid, name) => toXml(of.snapshot(uuid, name)),
  currentSnapshot: (of, uuid) => of.domain(uuid).current,
  fileExists: ({ files }, path) => files.has(path),
  isHalfWritten: ({ halfWritten }, path) => halfWritten.has(path),
  imageTags: (of, path) => of.tagsIn(path),
  imageFiles: ({ here, chains }, path, format) => {
    if (!here) return undefined;
    return format !== undefined && chains.has(path) ? chains.get(path) : [path];
  },
  isLocked: ({ locked }, path) => locked.has(path),
  tagDate: ({ dates }, path, name) => dates.get(`${path} ${name}`),
  fileStamp: ({ stamps }, path) => stamps.get(path),
  fileMode: ({ here, modes }, path) => (here ? (modes.get(path) ?? 0o644) : undefined),
  freeBytes: ({ here, free }) => (here ? free : undefined),
  readImages: () => [],
};

/** The methods of a host that change something; each completes at once. */
type Done = {
  [Name in keyof Changes]: (...args: Parameters<Changes[Name]>) => Awaited<ReturnType<Changes[Name]>>;
};

function changesOf(of: FakeHypervisor): Done {
  const notFaked = () => {
    throw new Error("the tests of domains have a host of their own");
  };
  return {
    createSnapshot: (uuid, request) => takeSnapshot(of, uuid, request),
    redefineSnapshot: (uuid, xml, { current = false } = { current: false }) => {
      const { name, creationTime, description, state, parent } = parseSnapshot(xml);
      const domain = of.domain(uuid);
      if (current) domain.current = name;
      if (!domain.snapshots.some((snapshot) => snapshot.name === name))
        domain.snapshots.push({ name, creationTime, state, ...(parent === undefined ? {} : { parent }) });
      const known = of.snapshot(uuid, name);
      if (known.creationTime !== creationTime) throw said("Conflict", `domain moment ${name} already exists`);
      if (description === undefined) delete known.description;
      else known.description = description;
    },
    revertSnapshot: (uuid, name, request) => {
      const { state = "running" } = of.snapshot(uuid, name);
      const domain = of.domain(uuid);
      const captured = state === "running" || state === "paused" ? state : "shut off";
      domain.state = request.running === true ? "running" : request.paused === true ? "paused" : captured;
      domain.current = name;
    },
    deleteSnapshot: (uuid, name, { children = false, childrenOnly = false }) => {
      const domain = of.domain(uuid);
      const { parent } = of.snapshot(uuid, name);
      const below = children || childrenOnly ? of.descendants(uuid, name) : [];
      const gone = childrenOnly ? below : [name, ...below];
      domain.snapshots = domain.snapshots.filter((other) => !gone.includes(other.name));
      if (domain.current !== undefined && gone.includes(domain.current))
        domain.current = childrenOnly ? name : parent;
    },
    destroyDomain: (uuid) => void (of.domain(uuid).state = "shut off"),
    resumeDomain: (uuid) => void (of.domain(uuid).state = "running"),
    thawDomain: (uuid) => void (of.domain(uuid).frozen = false),
    removeManagedSave: (uuid) => void (of.domain(uuid).saved = false),
    defineDomain: notFaked,
    undefineDomain: notFaked,
    renameDomain: notFaked,
    setMetadata: notFaked,
    setAutostart: notFaked,
    startDomain: notFaked,
    shutdownDomain: notFaked,
    setFileMode: (path, mode) => {
      if (of.here && !of.modes.has(path)) return false;
      if (of.here) of.modes.set(path, mode);
      return of.here;
    },
    removeFile: (path) => {
      if (of.here) of.files.delete(path);
      return of.here;
    },
  };
}

/** The options that are on: for virsh, a flag that is off is the same as one that is not given. */
function given(arg: unknown): unknown {
  if (typeof arg !== "object" || arg === null) return arg;
  return Object.fromEntries(
    Object.entries(arg).filter(([, value]) => value !== undefined && value !== false),
  );
}
