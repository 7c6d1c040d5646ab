import { quote } from "../../errors.js";
import type { CreateRequest, DeleteRequest, DiskRequest, RevertRequest } from "../../hypervisor/host.js";
import type { SnapshotDocument, SnapshotFilter } from "../../hypervisor/results.js";
import { parseSnapshot } from "../../xml/snapshot.js";
import { domainOption, flags, names, nothing, notUnderstood, option, type Command } from "./command.js";

/** Names, one per line. A name with a newline, from another program, shows as two names that do not exist. */
export function listSnapshots(uuid: string, filter: SnapshotFilter = {}): Command<string[]> {
  const tried = `list the snapshots of domain ${uuid}`;
  const { from, noLeaves, noMetadata, diskOnly, ...sameName } = filter;
  return {
    args: [
      "snapshot-list",
      domainOption(uuid, tried),
      ...(from === undefined ? [] : [option("from", from)]),
      ...flags({ ...sameName, "no-leaves": noLeaves, "no-metadata": noMetadata, "disk-only": diskOnly }),
      "--name",
    ],
    tried,
    changes: false,
    parse: (stdout) => names(stdout, tried),
  };
}

export function listDescendants(uuid: string, name: string): Command<string[]> {
  const tried = `list what came after snapshot ${quote(name)} of domain ${uuid}`;
  return {
    args: ["snapshot-list", domainOption(uuid, tried), option("from", name), "--descendants", "--name"],
    tried,
    changes: false,
    parse: (stdout) => names(stdout, tried),
  };
}

/** The document as libvirt prints it; `security`: with the passwords in it. */
export function snapshotXml(
  uuid: string,
  name: string,
  options: { security?: boolean } = {},
): Command<string> {
  return dumpXml(uuid, name, options, (xml) => xml);
}

/** With `--security-info`, so that the document can be given back unchanged to `snapshot-create --redefine`. */
export function readSnapshot(uuid: string, name: string): Command<SnapshotDocument> {
  return { ...dumpXml(uuid, name, { security: true }, readDocument), document: true };
}

function readDocument(xml: string): SnapshotDocument {
  return { xml, snapshot: parseSnapshot(xml) };
}

function dumpXml<T>(
  uuid: string,
  name: string,
  { security = false }: { security?: boolean },
  parse: (xml: string) => T,
): Command<T> {
  const tried = `read snapshot ${quote(name)} of domain ${uuid}`;
  return {
    args: [
      "snapshot-dumpxml",
      domainOption(uuid, tried),
      option("snapshotname", name),
      ...flags({ "security-info": security }),
    ],
    tried,
    changes: false,
    parse,
  };
}

export function currentSnapshot(uuid: string): Command<string | undefined> {
  const tried = `ask for the current snapshot of domain ${uuid}`;
  return {
    args: ["snapshot-current", domainOption(uuid, tried), "--name"],
    tried,
    changes: false,
    parse: (stdout) => {
      // A quiet virsh ends this one output without a newline.
      const name = stdout.replace(/\n$/, "");
      if (name === "") throw notUnderstood(tried, stdout);
      return name;
    },
    refusals: [{ said: /^domain '.*' has no current snapshot$/, means: undefined }],
  };
}

export function createSnapshot(uuid: string, request: CreateRequest): Command<void> {
  const tried = `take snapshot ${quote(request.name)} of domain ${uuid}`;
  const { name, description = "", memory, disks = [] } = request;
  return {
    args: [
      "snapshot-create-as",
      domainOption(uuid, tried),
      option("name", name),
      ...(description === "" ? [] : [option("description", description)]),
      ...flags({
        "disk-only": request.diskOnly,
        atomic: request.atomic,
        live: request.live,
        halt: request.halt,
        quiesce: request.quiesce,
        "reuse-external": request.reuseExternal,
        validate: request.validate,
      }),
      ...(memory === undefined ? [] : [option("memspec", spec([], memory))]),
      ...disks.map(({ name: disk, type, ...rest }: DiskRequest) =>
        option("diskspec", spec([disk], { ...rest, stype: type })),
      ),
    ],
    tried,
    changes: true,
    parse: nothing,
  };
}

export function redefineSnapshot(
  uuid: string,
  file: string,
  { current = false }: { current?: boolean } = {},
): Command<void> {
  const tried = `redefine a snapshot of domain ${uuid}`;
  return {
    args: [
      "snapshot-create",
      domainOption(uuid, tried),
      option("xmlfile", file),
      ...flags({ redefine: true, current }),
    ],
    tried,
    changes: true,
    parse: nothing,
  };
}

export function revertSnapshot(uuid: string, name: string, request: RevertRequest): Command<void> {
  const tried = `revert domain ${uuid} to snapshot ${quote(name)}`;
  const { running, paused, force, resetNvram } = request;
  return {
    args: [
      "snapshot-revert",
      domainOption(uuid, tried),
      option("snapshotname", name),
      ...flags({ running, paused, force, "reset-nvram": resetNvram }),
    ],
    tried,
    changes: true,
    parse: nothing,
  };
}

export function deleteSnapshot(uuid: string, name: string, request: DeleteRequest): Command<void> {
  const tried = `delete snapshot ${quote(name)} of domain ${uuid}`;
  const { children, childrenOnly, metadata } = request;
  return {
    args: [
      "snapshot-delete",
      domainOption(uuid, tried),
      option("snapshotname", name),
      ...flags({ children, "children-only": childrenOnly, metadata }),
    ],
    tried,
    changes: true,
    parse: nothing,
  };
}

/** virsh's `vda,snapshot=external,file=/a,,b`: values separated by commas, a comma inside a value doubled. */
function spec(first: readonly string[], named: Record<string, string | undefined>): string {
  const pairs = Object.entries(named).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  return [...first, ...pairs].map((part) => part.replaceAll(",", ",,")).join(",");
}
