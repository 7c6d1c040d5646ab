import type { SnapshotXml } from "../xml/snapshot.js";

/** A domain as the host lists it. */
export interface DomainRef {
  readonly uuid: string;
  readonly name: string;
}

/** `virsh domstate`, in libvirt's own words. */
export type DomainState =
  "no state" | "running" | "idle" | "paused" | "in shutdown" | "shut off" | "crashed" | "pmsuspended";

/** What `domcontrol` answers: `ok`, or the job that holds the domain, in libvirt's words. */
export type DomainControl = { idle: true } | { idle: false; said: string };

/** Sizes of a disk in bytes: what the guest sees, what is allocated in the file, where the file ends. */
export interface BlockInfo {
  capacity: number;
  allocation: number;
  physical: number;
}

/** A snapshot together with the text it was parsed from (needed to redefine it with one thing changed). */
export interface SnapshotDocument {
  readonly xml: string;
  readonly snapshot: SnapshotXml;
}

/** The filters of `snapshot-list`, by its flags. */
export interface SnapshotFilter {
  from?: string | undefined;
  current?: boolean | undefined;
  descendants?: boolean | undefined;
  roots?: boolean | undefined;
  leaves?: boolean | undefined;
  noLeaves?: boolean | undefined;
  metadata?: boolean | undefined;
  noMetadata?: boolean | undefined;
  inactive?: boolean | undefined;
  active?: boolean | undefined;
  diskOnly?: boolean | undefined;
  internal?: boolean | undefined;
  external?: boolean | undefined;
  topological?: boolean | undefined;
}

/** A disk image as `qemu-img info` describes it. */
export interface Image {
  file: string;
  format: string;
  /** Bytes that a guest sees. */
  virtualSize: number;
  /** Bytes that it takes of its file system. */
  actualSize: number;
  /** The file below it, as the image names it. */
  backingFile?: string;
  snapshots: ImageSnapshot[];
}

/** An internal snapshot in an image. */
export interface ImageSnapshot {
  id: string;
  name: string;
  /** Seconds since the epoch. */
  date: number;
  /** Nanoseconds beyond that. */
  dateNanoseconds: number;
  /** Bytes of memory state. */
  vmStateSize: number;
  /** Seconds that the guest had run. */
  vmClock: number;
  /** The same, to the nanosecond. */
  exactVmClock: string;
}

/** When an internal snapshot was taken. */
export interface TagDate {
  /** RFC 3339 UTC, to the nanosecond. */
  imageDate: string;
  /** Seconds that the guest had run, to the nanosecond. */
  vmClock: string;
}

export interface ImageOptions {
  /** By default qemu-img finds it out from the image itself. */
  format?: string | undefined;
  /** Also reads the images below it. */
  backingChain: boolean;
}
