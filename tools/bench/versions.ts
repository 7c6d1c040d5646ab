import { readFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { onPath } from "../../test/live/support/command-line.js";
import { output, virsh } from "../../test/live/support/host.js";

const ROOT = join(__dirname, "../../..");

/** This machine, as far as times depend on it. */
export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} processors (${first?.model.trim() ?? "?"}), ${memory} GiB, no KVM: QEMU emulates the guests`;
}

/** The versions of what is measured. */
export async function versions(): Promise<Record<string, string>> {
  const [engine, libvirt, qemu, own, sdk] = await Promise.all([
    output("pulumi", "version"),
    virsh("version", "--daemon"),
    output("qemu-img", "--version"),
    packageVersion(join(ROOT, "package.json")),
    packageVersion(join(ROOT, "node_modules/@pulumi/pulumi/package.json")),
  ]);
  return {
    "pulumi-virsh": own,
    Pulumi: engine.trim().replace(/^v/, ""),
    "@pulumi/pulumi": sdk,
    "Node.js": process.versions.node,
    libvirt: /Running against daemon: ([\d.]+)/.exec(libvirt)?.[1] ?? "?",
    QEMU: /version ([\d.]+)/.exec(qemu)?.[1] ?? "?",
    ...(await commandPlugin()),
  };
}

async function packageVersion(file: string): Promise<string> {
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}

async function commandPlugin(): Promise<Record<string, string>> {
  if (!(await onPath("pulumi-resource-command"))) return {};
  return { "@pulumi/command": await packageVersion(join(ROOT, "node_modules/@pulumi/command/package.json")) };
}
