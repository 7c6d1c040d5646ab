import assert from "node:assert/strict";
import { join } from "node:path";
import { CommandLine } from "./support/command-line.js";
import { ROOT } from "./support/example.js";
import { guest, inGuest, lab, snapshotsOf, virsh, type Guest } from "./support/host.js";

interface Row {
  example: string;
  /** The configuration that its README sets by `pulumi config set`. */
  settings: (domain: string) => [path: string, value: string][];
  /** The one snapshot that it takes. */
  takes: string;
  resources: number;
  /** It runs commands in its VM. */
  runs?: true;
}

const ROWS: Row[] = [
  {
    example: "quick-start",
    settings: (domain) => [["domain", domain]],
    takes: "before-upgrade",
    resources: 2,
  },
  { example: "checkpoint", settings: (domain) => [["domain", domain]], takes: "instantánea1", resources: 2 },
  {
    example: "before-upgrade",
    settings: (domain) => [
      ["domain", domain],
      ["upgrade", "1.2"],
      ["upgradeCommand", `lab-guest ${domain} "upgraded=$VERSION"`],
      ["verifyCommand", `lab-guest ${domain} 'test "$upgraded" = '$VERSION`],
    ],
    takes: "before-1.2",
    resources: 4,
    runs: true,
  },
  {
    example: "adopt-existing",
    settings: (domain) => [
      ["snapshots[0].domain", domain],
      ["snapshots[0].name", "by hand"],
      ["snapshots[0].description", "taken by hand"],
    ],
    takes: "by hand",
    resources: 2,
  },
  {
    example: "many-vms",
    settings: (domain) => [
      ["hosts.kvm1.uri", lab("LIBVIRT_DEFAULT_URI")],
      ["hosts.kvm1.domains[0]", domain],
    ],
    takes: "before-maintenance",
    resources: 2,
  },
  {
    example: "ci-fleet",
    settings: (domain) => [
      ["workers[0]", domain],
      ["jobId", "none"],
    ],
    takes: "clean",
    resources: 2,
  },
];

describe("the command line in the folder of each example", () => {
  let off: Guest;

  before(async () => {
    off = await guest("--off");
  });

  for (const { example, settings, takes, resources, runs = false } of ROWS) {
    it(`${example}: takes and deletes its snapshot, set up as its README says`, async () => {
      const domain = runs
        ? { name: lab("LAB_DOMAIN"), uuid: await virsh("domuuid", lab("LAB_DOMAIN")) }
        : off;
      if (example === "adopt-existing") await virsh("snapshot-create-as", domain.uuid, takes);
      const commandLine = new CommandLine(join(ROOT, "examples", example));
      try {
        await commandLine.open();
        for (const [path, value] of settings(domain.name)) {
          await commandLine.pulumi("config", "set", "--path", path, value);
        }
        const shown = await commandLine.pulumi("up", "--yes", "--skip-preview");
        assert.ok(shown.includes(`Resources:\n    + ${resources} created\n`), shown);
        assert.deepEqual(await snapshotsOf(domain), [takes]);
        if (runs) assert.equal(await inGuest(domain.name, 'echo "$upgraded"; unset upgraded'), "1.2");
        const gone = await commandLine.pulumi("destroy", "--yes", "--skip-preview");
        assert.ok(gone.includes(`Resources:\n    - ${resources} deleted\n`), gone);
        assert.deepEqual(await snapshotsOf(domain), []);
      } finally {
        await commandLine.close();
      }
    });
  }
});
