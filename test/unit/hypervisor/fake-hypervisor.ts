import { VirshError, type ErrorKind } from "../../../provider/errors.js";
import type { CreateRequest, Host } from "../../../provider/hypervisor/host.js";
import type { HostIdentity } from "../../../provider/hypervisor/host-identity.js";
import type { DomainState, TagDate } from "../../../provider/hypervisor/results.js";
import { escapeXml } from "../../../provider/xml/characters.js";
import type { DomainXml } from "../../../provider/xml/domain.js";

export interface FakeSnapshot {
  name: string;
  /** Seconds since the epoch. */
  creationTime: number;
  state?: string;
  description?: string;
  parent?: string;
  /** The `memory` and `disks` elements, unless they are those of an internal snapshot with memory. */
  captured?: string;
}

export interface FakeDomain {
  uuid: string;
  name: string;
  state: DomainState;
  /** Why it is in that state. */
  reason?: string;
  /** Whether its file systems are frozen. */
  frozen: boolean;
  snapshots: FakeSnapshot[];
  current?: string | undefined;
  /** The answers of domcontrol, call by call, before `ok`; a last entry of `∞` repeats the one before it. */
  control: string[];
  /** What its definition contains beside one qcow2 disk. */
  xml: Partial<DomainXml>;
  /** The differences of its persistent definition from that one. */
  inactive?: Partial<DomainXml>;
  /** Whether it has a managed-save image. */
  saved: boolean;
  /** The kind of block job of each disk that is in one. */
  jobs: Partial<Record<string, string>>;
}

export type Method = Exclude<keyof Host, "shownUri" | "remaining" | "afterwards" | "pause">;

interface Incident {
  method: Method;
  /** The number of the call of this method, counted from 1; absent: every call. */
  nth?: number;
  /** What happens on the host, also if the call then fails. */
  meanwhile?: () => void;
  error?: VirshError;
}

/** The host, unless a test says otherwise. */
export const HOST: HostIdentity = { uuid: "6fdd0c8f-7b2a-4d3c-9a3e-1c2d3e4f5a6b", uri: "qemu:///system" };
export const ENDLESSLY = "∞";
export const IMAGE = "/images/vda.qcow2";
export const INTERNAL = "<memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>";
const OFFLINE = "<memory snapshot='no'/><disks><disk name='vda' snapshot='internal'/></disks>";
const OVERLAY =
  "<disks><disk name='vda' snapshot='external' type='file'><source file='/images/vda.overlay'/></disk></disks>";

/** What an external snapshot of disks alone captures. */
export const EXTERNAL = `<memory snapshot='no'/>${OVERLAY}`;

/** The domain within a snapshot that was taken while it ran on this image. */
export const domainOn = (image: string) =>
  "<domain type='kvm'><name>debian12</name><uuid>u</uuid><memory unit='KiB'>1</memory><vcpu>1</vcpu><devices>" +
  `<disk type='file' device='disk'><source file='${image}'/><target dev='vda'/></disk></devices></domain>`;

const CHANGES: readonly Method[] = [
  "createSnapshot",
  "redefineSnapshot",
  "revertSnapshot",
  "deleteSnapshot",
  "destroyDomain",
  "resumeDomain",
  "thawDomain",
  "removeFile",
];

/** A hypervisor in memory: keeps domains and their snapshots, records every call, and fails on request. */
export class FakeHypervisor {
  readonly domains: FakeDomain[] = [];
  /** Every call in its order: the method, then its arguments. */
  readonly calls: unknown[][] = [];
  /** Seconds since the epoch; each new snapshot takes the next one. */
  clock = 1_800_000_000;
  version = "9.0.0";
  identity: HostIdentity = HOST;
  /** What the firmware reports, where libvirt can read it. */
  smbiosUuid: string | undefined;
  readonly files = new Set<string>();
  /** Files with memory that was written in part. */
  readonly halfWritten = new Set<string>();
  /** Tags in images, unless they are those of the snapshots; `undefined` for an image that cannot be read. */
  readonly tags = new Map<string, string[] | undefined>();
  /** Backing chains of images, each with the image itself first; `undefined` for an image that cannot be read. */
  readonly chains = new Map<string, string[] | undefined>();
  /** Images that a process uses. */
  readonly locked = new Set<string>();
  /** What images say of their snapshots, by path and name. */
  readonly dates = new Map<string, TagDate>();
  /** The stamps of images that can be seen. */
  readonly stamps = new Map<string, string>();
  /** Permissions of files; another one has 0644, which cannot be changed. */
  readonly modes = new Map<string, number>();
  /** Whether its files can be accessed from this machine. */
  here = true;
  /** Bytes that are free in every folder. */
  free = 1e12;
  private readonly incidents: Incident[] = [];

  define(domain: { uuid: string; name: string } & Partial<FakeDomain>): FakeDomain {
    const defined: FakeDomain = {
      state: "running",
      frozen: false,
      snapshots: [],
      control: [],
      xml: {},
      saved: false,
      jobs: {},
      ...domain,
    };
    this.domains.push(defined);
    return defined;
  }

  /** Makes the nth call of `method` (every call, without `nth`) fail with `error`, whatever happens `meanwhile`. */
  fail(method: Method, error: VirshError, when: Pick<Incident, "nth" | "meanwhile"> = {}): void {
    this.incidents.push({ method, error, ...when });
  }

  /** Makes something happen while `method` is called. */
  during(method: Method, meanwhile: () => void): void {
    this.incidents.push({ method, meanwhile });
  }

  /** The names of the methods that were called, in order, without the one that is asked beside all others. */
  get methods(): unknown[] {
    return this.calls.map(([method]) => method).filter((method) => method !== "hostIdentity");
  }

  /** The calls that change something on the host. */
  get changes(): unknown[][] {
    return this.calls.filter(([method]) => CHANGES.includes(method as Method));
  }

  note(method: Method, args: readonly unknown[]): void {
    this.calls.push([method, ...args]);
    const count = this.calls.filter(([called]) => called === method).length;
    const incident = this.incidents.find(
      ({ method: of, nth }) => of === method && (nth === undefined || nth === count),
    );
    incident?.meanwhile?.();
    if (incident?.error !== undefined) throw incident.error;
  }

  domain(uuid: string): FakeDomain {
    const found = this.domains.find((domain) => domain.uuid === uuid);
    if (found === undefined) throw said("NotFound", `there is no domain with the UUID "${uuid}"`);
    return found;
  }

  snapshot(uuid: string, name: string): FakeSnapshot {
    const found = this.domain(uuid).snapshots.find((snapshot) => snapshot.name === name);
    if (found === undefined)
      throw said("NotFound", `Domain snapshot not found: no domain snapshot '${name}'`);
    return found;
  }

  descendants(uuid: string, name: string): string[] {
    const children = this.domain(uuid).snapshots.filter(({ parent }) => parent === name);
    return children.flatMap((child) => [child.name, ...this.descendants(uuid, child.name)]);
  }

  definition(uuid: string, { inactive = false }: { inactive?: boolean } = {}): DomainXml {
    const { name, state, xml, inactive: persistent } = this.domain(uuid);
    return {
      name,
      uuid,
      ...(state === "shut off" ? {} : { id: 1 }),
      vcpus: 1,
      memoryKiB: 65536,
      disks: [
        {
          target: "vda",
          device: "disk",
          type: "file",
          driver: "qcow2",
          source: IMAGE,
          readonly: false,
          backing: [],
        },
      ],
      firmware: { efi: false },
      agent: "none",
      passthrough: [],
      ...xml,
      ...(inactive ? persistent : {}),
    };
  }

  tagsIn(path: string): string[] | undefined {
    if (!this.here) return undefined;
    if (this.tags.has(path)) return this.tags.get(path);
    const uses = ({ uuid }: FakeDomain) => this.definition(uuid).disks.some(({ source }) => source === path);
    return this.domains
      .filter(uses)
      .flatMap(({ snapshots }) => snapshots.filter(({ captured }) => captured !== EXTERNAL))
      .map(({ name }) => name);
  }
}

/** What `snapshot-create-as` does, also if the caller gets no answer. */
export function takeSnapshot(hypervisor: FakeHypervisor, uuid: string, request: CreateRequest): void {
  const domain = hypervisor.domain(uuid);
  const { name, description = "", diskOnly = false } = request;
  if (domain.snapshots.some((other) => other.name === name))
    throw said("Conflict", `operation failed: domain moment ${name} already exists`);
  hypervisor.clock += 1;
  const captured = capturedBy(domain, request);
  domain.snapshots.push({
    name,
    creationTime: hypervisor.clock,
    state: domain.state === "shut off" ? "shutoff" : diskOnly ? "disk-snapshot" : domain.state,
    ...(description === "" ? {} : { description }),
    ...(domain.current === undefined ? {} : { parent: domain.current }),
    ...(captured === undefined ? {} : { captured }),
  });
  domain.current = name;
}

function capturedBy({ state }: FakeDomain, { diskOnly, memory }: CreateRequest): string | undefined {
  if (diskOnly === true) return EXTERNAL;
  if (memory?.file !== undefined)
    return `<memory snapshot='external' file='${escapeXml(memory.file)}'/>${OVERLAY}`;
  return state === "shut off" ? OFFLINE : undefined;
}

export function toXml(snapshot: FakeSnapshot): string {
  const { name, description, state = "running", parent, creationTime, captured } = snapshot;
  const optional = [
    description === undefined ? "" : `<description>${escapeXml(description)}</description>`,
    `<state>${state}</state>`,
    parent === undefined ? "" : `<parent><name>${escapeXml(parent)}</name></parent>`,
  ];
  return (
    `<domainsnapshot>\n  <name>${escapeXml(name)}</name>\n  ${optional.join("")}` +
    `<creationTime>${creationTime}</creationTime>${captured ?? INTERNAL}</domainsnapshot>`
  );
}

/** An error as a host throws it. */
export function said(kind: ErrorKind, words: string, next?: string): VirshError {
  return new VirshError({ kind, tried: "run a command of virsh", said: words, next });
}
