import { randomUUID } from "node:crypto";
import { chown, copyFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./run.mjs";
import { SerialShell } from "./serial-shell.mjs";

/** @typedef {{ disks?: number, agent?: boolean, raw?: boolean, memory?: number, off?: boolean, paused?: boolean }} Shape */

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Ten times what it takes. */
const BOOT_SECONDS = 60;

/**
 * Creates a guest and, unless `off`, starts it. If that fails, nothing of the guest is left.
 * @param {string} work the laboratory's scratch folder, LAB_DIR
 * @param {string} name any name that libvirt accepts
 * @param {Shape} shape
 * @returns {Promise<string>} its UUID
 */
export async function makeDomain(work, name, shape) {
  const { disks = 1, raw = false, off = false, paused = false } = shape;
  const uuid = randomUUID();
  const definition = join(work, `${uuid}.xml`);
  const files = Array.from({ length: disks }, (_, index) =>
    join(work, `${uuid}-${index}.${raw ? "img" : "qcow2"}`),
  );
  let defined = false;
  try {
    for (const file of files) await emptyDisk(work, file, raw);
    await writeFile(definition, domainXml(work, name, uuid, files, shape));
    await virsh(["define", "--validate", `--file=${definition}`]);
    defined = true;
    if (!off) await virsh(["start", `--domain=${uuid}`, ...(paused ? ["--paused"] : [])]);
    return uuid;
  } catch (error) {
    if (defined) await virsh(["undefine", `--domain=${uuid}`]);
    for (const file of files) await rm(file, { force: true });
    throw error;
  } finally {
    await rm(definition, { force: true });
  }
}

/** Waits until a guest's shell responds, and its agent if it has one. @param {string} work @param {string} uuid @param {Shape} shape */
export async function waitUntilBooted(work, uuid, { agent = false }) {
  await new SerialShell(serialSocket(work, uuid)).run("true", BOOT_SECONDS);
  for (const begun = Date.now(); agent; await sleep(100)) {
    try {
      await virsh(["domtime", `--domain=${uuid}`]);
      return;
    } catch (error) {
      if (Date.now() - begun > BOOT_SECONDS * 1000) throw error;
    }
  }
}

/** Creates an empty disk owned by the daemon, which owns the folder. @param {string} work @param {string} file @param {boolean} raw */
async function emptyDisk(work, file, raw) {
  const empty = join(work, "guest/disk.qcow2");
  if (raw) await run("qemu-img", ["convert", "-O", "raw", empty, file]);
  else await copyFile(empty, file);
  const { uid, gid } = await stat(work);
  await chown(file, uid, gid);
}

/** @param {string} work @param {string} uuid */
export function serialSocket(work, uuid) {
  return join(work, `${uuid}.serial`);
}

/** @param {readonly string[]} args */
export async function virsh(args) {
  return (await run("virsh", ["--quiet", ...args])).toString();
}

/** @param {string} work @param {string} name @param {string} uuid @param {readonly string[]} files @param {Shape} shape */
function domainXml(work, name, uuid, files, { agent = false, raw = false, memory = 96 }) {
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
  <memory unit='MiB'>${agent ? Math.max(memory, 160) : memory}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${work}/guest/vmlinuz</kernel>
    <initrd>${work}/guest/initramfs</initrd>
    <cmdline>console=ttyS0 quiet loglevel=1 panic=-1 cryptomgr.notests</cmdline>
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
