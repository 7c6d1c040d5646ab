import * as pulumi from "@pulumi/pulumi";
import type { GetDiskSnapshotsResult } from "../provider/functions/get-disk-snapshots.js";
import type { GetDomainResult } from "../provider/functions/get-domain.js";
import type { GetSnapshotResult, GetSnapshotXmlResult } from "../provider/functions/get-snapshot.js";
import type { GetSnapshotsResult } from "../provider/functions/get-snapshots.js";
import { ask, askLater } from "./call.js";
import type * as types from "./generated/function-types.js";

/*
 * Questions to the host: they change nothing, and are asked in previews, too. Each comes as a promise, of plain
 * arguments, and as an `Output`, of inputs: that one waits for what it depends on, `dependsOn` included, and is unknown
 * in a preview as long as that is. Of the other options nothing applies: there is no provider behind, and `provider` is
 * refused. What goes wrong is a `QuestionError`, whose `kind` tells what is not there from what could not be asked.
 */

/**
 * What libvirt tells of one snapshot: what a `Snapshot` has as outputs, and its disks, memory and children
 * (`snapshot-dumpxml`). Throws a `QuestionError`; its kind is `NotFound` where the domain or the snapshot provenly is
 * not there.
 */
export function getSnapshot(
  args: types.GetSnapshotArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetSnapshotResult> {
  return ask("getSnapshot", args, opts);
}

/** `getSnapshot`, once its arguments are known. */
export function getSnapshotOutput(
  args: types.GetSnapshotOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetSnapshotResult> {
  return askLater("getSnapshot", args, opts);
}

/**
 * The snapshots of a domain, with every filter of `snapshot-list`: as a list, and as the trees that they form. One
 * whose name holds a line break makes it fail, for virsh lists one name a line.
 */
export function getSnapshots(
  args: types.GetSnapshotsArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetSnapshotsResult> {
  return ask("getSnapshots", args, opts);
}

/** `getSnapshots`, once its arguments are known. */
export function getSnapshotsOutput(
  args: types.GetSnapshotsOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetSnapshotsResult> {
  return askLater("getSnapshots", args, opts);
}

/** A snapshot's XML as `snapshot-dumpxml` prints it. */
export function getSnapshotXml(
  args: types.GetSnapshotXmlArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetSnapshotXmlResult> {
  return ask("getSnapshotXml", args, opts);
}

/** `getSnapshotXml`, once its arguments are known. With `security` it is a secret. */
export function getSnapshotXmlOutput(
  args: types.GetSnapshotXmlOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetSnapshotXmlResult> {
  const answer = askLater("getSnapshotXml", args, opts);
  return args.security === undefined || args.security === false ? answer : pulumi.secret(answer);
}

/**
 * What libvirt tells of a domain: its state, disks, firmware and agent, and for each kind of snapshot whether it can be
 * taken of the domain as it is now, or why not and what would help.
 */
export function getDomain(args: types.GetDomainArgs, opts?: pulumi.InvokeOptions): Promise<GetDomainResult> {
  return ask("getDomain", args, opts);
}

/** `getDomain`, once its arguments are known. */
export function getDomainOutput(
  args: types.GetDomainOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetDomainResult> {
  return askLater("getDomain", args, opts);
}

/**
 * The internal snapshots in a disk image and in those below it (`qemu-img info -U --backing-chain`), also while a guest
 * uses it. Only of files of the machine that runs the program: where `uri` leads to another, it is an error.
 */
export function getDiskSnapshots(
  args: types.GetDiskSnapshotsArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetDiskSnapshotsResult> {
  return ask("getDiskSnapshots", args, opts);
}

/** `getDiskSnapshots`, once its arguments are known. */
export function getDiskSnapshotsOutput(
  args: types.GetDiskSnapshotsOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetDiskSnapshotsResult> {
  return askLater("getDiskSnapshots", args, opts);
}
