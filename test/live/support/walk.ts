import type { CommandLine } from "./command-line.js";
import { guest, lab, virsh, type Guest } from "./host.js";

/** The command line in the folder of an example, and all that it printed. */
export class Walk {
  readonly names: [real: string, shown: string][] = [];
  printed = "";

  constructor(private readonly commandLine: CommandLine) {}

  /** Runs the command, which may fail where the README says so. */
  async pulumi(...words: string[]): Promise<void> {
    const printed = await this.commandLine.pulumi(...words).catch((error: unknown) => {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      return stdout + stderr;
    });
    this.printed += printed;
  }

  up = (...flags: string[]) => this.pulumi("up", "--yes", "--skip-preview", ...flags);

  /** Throws if a preview would change anything. */
  unchanged = () => this.commandLine.pulumi("preview", "--expect-no-changes");

  async set(settings: Record<string, string>): Promise<void> {
    for (const [path, value] of Object.entries(settings))
      await this.pulumi("config", "set", "--path", path, value);
  }

  /** A guest that the README calls `shown`. */
  async guest(shown: string, ...shape: string[]): Promise<Guest> {
    const domain = await guest("--off", ...shape);
    this.names.push([domain.name, shown]);
    return domain;
  }

  /** The laboratory's running guest, which all READMEs call debian12. */
  async debian12(): Promise<Guest> {
    const domain = { name: lab("LAB_DOMAIN"), uuid: await virsh("domuuid", lab("LAB_DOMAIN")) };
    this.names.push([domain.name, "debian12"]);
    return domain;
  }
}
