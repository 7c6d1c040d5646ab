import * as pulumi from "@pulumi/pulumi";
import type { GetDiskSnapshotsResult } from "../provider/functions/get-disk-snapshots.js";
import type { GetDomainResult } from "../provider/functions/get-domain.js";
import type { GetSnapshotResult, GetSnapshotXmlResult } from "../provider/functions/get-snapshot.js";
import type { GetSnapshotsResult } from "../provider/functions/get-snapshots.js";
import { call, callOutput } from "./call.js";
import type * as types from "./generated/function-types.js";

/*
 * Functions read from the host and change nothing; they run in previews, too. Each has two forms. One takes plain
 * arguments and returns a promise. The other takes inputs and returns an `Output`: it waits for everything it depends
 * on, `dependsOn` included, and is unknown in a preview as long as that is. No provider stands behind them, so `provider`
 * is refused and the other options have no effect. Every error is a `QuestionError`; its `kind` distinguishes what does
 * not exist from what could not be read.
 */

/**
 * What libvirt knows about one snapshot: the outputs of a `Snapshot`, and its disks, memory and children
 * (`snapshot-dumpxml`). Throws a `QuestionError`; its kind is `NotFound` if the domain or the snapshot is proven not to
 * exist.
 */
export function getSnapshot(
  args: types.GetSnapshotArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetSnapshotResult> {
  return call("getSnapshot", args, opts);
}

/** `getSnapshot`, once its arguments are known. */
export function getSnapshotOutput(
  args: types.GetSnapshotOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetSnapshotResult> {
  return callOutput("getSnapshot", args, opts);
}

/**
 * The snapshots of a domain, with every filter of `snapshot-list`: as a list, and as the trees that they form. Fails if
 * a snapshot's name contains a line break, because virsh lists one name per line.
 */
export function getSnapshots(
  args: types.GetSnapshotsArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetSnapshotsResult> {
  return call("getSnapshots", args, opts);
}

/** `getSnapshots`, once its arguments are known. */
export function getSnapshotsOutput(
  args: types.GetSnapshotsOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetSnapshotsResult> {
  return callOutput("getSnapshots", args, opts);
}

/** A snapshot's XML as `snapshot-dumpxml` prints it. */
export function getSnapshotXml(
  args: types.GetSnapshotXmlArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetSnapshotXmlResult> {
  return call("getSnapshotXml", args, opts);
}

/** `getSnapshotXml`, once its arguments are known. With `security` the result is a secret. */
export function getSnapshotXmlOutput(
  args: types.GetSnapshotXmlOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetSnapshotXmlResult> {
  const result = callOutput("getSnapshotXml", args, opts);
  return args.security === undefined || args.security === false ? result : pulumi.secret(result);
}

/**
 * What libvirt knows about a domain: its state, disks, firmware and agent. For each kind of snapshot it says whether one
 * can be taken in the domain's current state, and otherwise why not and what would help.
 */
export function getDomain(args: types.GetDomainArgs, opts?: pulumi.InvokeOptions): Promise<GetDomainResult> {
  return call("getDomain", args, opts);
}

/** `getDomain`, once its arguments are known. */
export function getDomainOutput(
  args: types.GetDomainOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetDomainResult> {
  return callOutput("getDomain", args, opts);
}

/**
 * The internal snapshots in a disk image and in its backing images (`qemu-img info -U --backing-chain`), also while a
 * guest uses it. Reads only files of the machine that runs the program; a `uri` of another machine is an error.
 */
export function getDiskSnapshots(
  args: types.GetDiskSnapshotsArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetDiskSnapshotsResult> {
  return call("getDiskSnapshots", args, opts);
}

/** `getDiskSnapshots`, once its arguments are known. */
export function getDiskSnapshotsOutput(
  args: types.GetDiskSnapshotsOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetDiskSnapshotsResult> {
  return callOutput("getDiskSnapshots", args, opts);
}
