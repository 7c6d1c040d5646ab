import { randomUUID } from "node:crypto";
import { chown, copyFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.mjs";
import { SerialShell } from "./serial.mjs";

/** @typedef {{ disks?: number, agent?: boolean, raw?: boolean, memory?: number, off?: boolean }} Shape */

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/**
 * Makes a guest under the laboratory at `work` and, unless `off`, starts it and waits for its shell.
 * @param {string} work the laboratory's scratch folder, LAB_DIR
 * @param {string} name any name that libvirt takes
 * @param {Shape} shape
 */
export async function makeDomain(work, name, { disks = 1, agent = false, raw = false, memory = 96, off = false }) {
  const uuid = randomUUID();
  const { uid, gid } = await stat(work);
  const files = [];
  for (let index = 0; index < disks; index += 1) {
    const file = join(work, `${uuid}-${index}.${raw ? "img" : "qcow2"}`);
    if (raw) await run("qemu-img", ["convert", "-O", "raw", join(work, "guest/disk.qcow2"), file]);
    else await copyFile(join(work, "guest/disk.qcow2"), file);
    await chown(file, uid, gid);
    files.push(file);
  }
  const definition = join(work, `${uuid}.xml`);
  await writeFile(definition, domainXml({ work, name, uuid, files, agent, raw, memory: agent ? Math.max(memory, 160) : memory }));
  await virsh(["define", "--validate", `--file=${definition}`]);
  await rm(definition);
  if (off) return;
  await virsh(["start", `--domain=${uuid}`]);
  await new SerialShell(serialSocket(work, uuid)).run("true", 60);
}

/** @param {string} work @param {string} uuid */
export function serialSocket(work, uuid) {
  return join(work, `${uuid}.serial`);
}

/** @param {readonly string[]} args */
export async function virsh(args) {
  return (await run("virsh", ["--quiet", ...args])).toString();
}

/** @param {{ work: string, name: string, uuid: string, files: string[], agent: boolean, raw: boolean, memory: number }} of */
function domainXml({ work, name, uuid, files, agent, raw, memory }) {
  const disks = files.map(
    (file, index) => `
    <disk type='file' device='disk'>
      <driver name='qemu' type='${raw ? "raw" : "qcow2"}'/>
      <source file='${file}'/>
      <target dev='vd${LETTERS[index] ?? ""}' bus='virtio'/>
    </disk>`,
  );
  const channel = `
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>`;
  return `<domain type='qemu'>
  <name>${escape(name)}</name>
  <uuid>${uuid}</uuid>
  <memory unit='MiB'>${memory}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${work}/guest/vmlinuz</kernel>
    <initrd>${work}/guest/initramfs</initrd>
    <cmdline>console=ttyS0 quiet loglevel=1 panic=-1</cmdline>
  </os>
  <features><acpi/></features>
  <devices>${disks.join("")}${agent ? channel : ""}
    <serial type='unix'><source mode='bind' path='${serialSocket(work, uuid)}'/><target port='0'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
