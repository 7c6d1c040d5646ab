import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lab, virsh } from "./host.js";

/** A domain without disks that never runs: enough for what is about virsh, and made in a moment. */
export class DefinedDomain {
  private constructor(
    readonly uuid: string,
    readonly name: string,
  ) {}

  /** `elements`: what else its XML contains. */
  static async make(elements = ""): Promise<DefinedDomain> {
    const uuid = randomUUID();
    const domain = new DefinedDomain(uuid, `defined-${uuid}`);
    await domain.fed(
      ["define"],
      `<domain type='qemu'><name>${domain.name}</name><uuid>${uuid}</uuid><memory unit='MiB'>8</memory>` +
        `<os><type>hvm</type></os>${elements}</domain>`,
    );
    return domain;
  }

  /** Gives it snapshots of these names, of which libvirt has only the metadata. */
  async recordSnapshots(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const escaped = name.replace(/[&<>'"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
      await this.fed(
        ["snapshot-create", this.uuid, "--redefine"],
        `<domainsnapshot><name>${escaped}</name><state>shutoff</state><creationTime>1700000000</creationTime>` +
          `<domain type='qemu'><name>${this.name}</name><uuid>${this.uuid}</uuid><memory unit='MiB'>8</memory>` +
          `<os><type>hvm</type></os></domain></domainsnapshot>`,
      );
    }
  }

  async close(): Promise<void> {
    await virsh("undefine", this.uuid, "--snapshots-metadata");
  }

  private async fed(command: readonly string[], xml: string): Promise<void> {
    const file = join(lab("LAB_DIR"), `${randomUUID()}.xml`);
    await writeFile(file, xml);
    await virsh(...command, file);
    await rm(file);
  }
}
