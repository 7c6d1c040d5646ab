import { chown, copyFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lab, virsh } from "./host.js";

/** What a test's definition has beside its name. */
export interface Contents {
  uuid?: string;
  /** Any text: `<title>`. */
  title?: string;
  agent?: boolean;
  /** Its serial port, which `lab-guest` uses; needs a UUID. */
  serial?: boolean;
}

let made = 0;

/** A disk of its own, which belongs to the daemon; `close` it when the domain no longer exists. */
export class Disk {
  private constructor(readonly file: string) {}

  static async make(): Promise<Disk> {
    made += 1;
    const disk = new Disk(join(lab("LAB_DIR"), `domain-${process.pid}-${made}.qcow2`));
    await copyFile(join(lab("LAB_DIR"), "guest/disk.qcow2"), disk.file);
    const { uid, gid } = await stat(lab("LAB_DIR"));
    await chown(disk.file, uid, gid);
    return disk;
  }

  close(): Promise<void> {
    return rm(this.file, { force: true });
  }

  /** Defines such a guest without the provider. */
  async define(name: string, contents?: Contents): Promise<void> {
    const file = `${this.file}.xml`;
    await writeFile(file, this.xml(name, contents));
    await virsh("define", `--file=${file}`);
    await rm(file);
  }

  /** The definition of a small guest on this disk, as a user would keep it in a file. */
  xml(name: string, { uuid, title, agent = false, serial = false }: Contents = {}): string {
    const folder = lab("LAB_DIR");
    const port = `
    <serial type="unix">
      <source mode="bind" path="${folder}/${uuid ?? ""}.serial"/>
      <target port="0"/>
    </serial>`;
    const channel = `
    <channel type="unix">
      <target type="virtio" name="org.qemu.guest_agent.0"/>
    </channel>`;
    return `<?xml version="1.0" encoding="UTF-8"?>
<!-- kept in a repository -->
<domain type="qemu">
  <name>${escape(name)}</name>${uuid === undefined ? "" : `\n  <uuid>${uuid}</uuid>`}
  <title>${escape(title ?? "")}</title>
  <memory unit="MiB">${agent ? 160 : 96}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch="x86_64" machine="pc">hvm</type>
    <kernel>${folder}/guest/vmlinuz</kernel>
    <initrd>${folder}/guest/initramfs</initrd>
    <cmdline>console=ttyS0 quiet loglevel=1 panic=-1</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="qcow2"/>
      <source file="${this.file}"/>
      <target dev="vda" bus="virtio"/>
    </disk>${serial ? port : ""}${agent ? channel : ""}
    <memballoon model="none"/>
  </devices>
</domain>
`;
  }
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
