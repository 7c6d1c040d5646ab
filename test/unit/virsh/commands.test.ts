import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import type { Command } from "../../../provider/virsh/commands/command.js";
import * as domain from "../../../provider/virsh/commands/domain.js";
import * as snapshot from "../../../provider/virsh/commands/snapshot.js";
import { run } from "../../../provider/virsh/process.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const DOMAIN = `--domain=${UUID}`;

/** The exact argv, what is tried, and whether it changes the host: one row a command. */
const ARGV: [Command<unknown>, string[], tried: string, changes?: "changes"][] = [
  [domain.listDomains(), ["list", "--all", "--uuid", "--name"], "list the domains"],
  [domain.domainState(UUID), ["domstate", DOMAIN], `read the state of domain ${UUID}`],
  [domain.domainCondition(UUID), ["domstate", DOMAIN, "--reason"], `read the state of domain ${UUID}`],
  [domain.isFrozen(UUID), ["domfsinfo", DOMAIN], `ask whether the file systems of domain ${UUID} are frozen`],
  [domain.definitionXml(UUID), ["dumpxml", DOMAIN], `read the definition of domain ${UUID}`],
  [
    domain.isHalfWritten("/images/a b"),
    ["save-image-dumpxml", "--file=/images/a b"],
    'see whether there is a file "/images/a b" on the host',
  ],
  [domain.domainXml(UUID), ["dumpxml", DOMAIN], `read the definition of domain ${UUID}`],
  [
    domain.domainXml(UUID, { inactive: true }),
    ["dumpxml", DOMAIN, "--inactive"],
    `read the definition of domain ${UUID}`,
  ],
  [domain.domainControl(UUID), ["domcontrol", DOMAIN], `ask whether domain ${UUID} is busy`],
  [domain.daemonVersion(), ["version", "--daemon"], "ask the daemon for its version"],
  [domain.destroyDomain(UUID), ["destroy", DOMAIN], `stop domain ${UUID} (destroy)`, "changes"],
  [domain.resumeDomain(UUID), ["resume", DOMAIN], `resume domain ${UUID}`, "changes"],
  [domain.thawDomain(UUID), ["domfsthaw", DOMAIN], `thaw the file systems of domain ${UUID}`, "changes"],
  [
    domain.removeManagedSave(UUID),
    ["managedsave-remove", DOMAIN],
    `remove the managed-save image of domain ${UUID}`,
    "changes",
  ],
  [
    domain.listManagedSaves(),
    ["list", "--all", "--with-managed-save", "--uuid", "--name"],
    "list the domains with a managed-save image",
  ],
  [
    domain.listPersistent(),
    ["list", "--all", "--persistent", "--uuid", "--name"],
    "list the persistent domains",
  ],
  [
    domain.listAutostart(),
    ["list", "--all", "--autostart", "--uuid", "--name"],
    "list the domains that start with the host",
  ],
  [
    domain.blockInfo(UUID, "vda"),
    ["domblkinfo", DOMAIN, "--device=vda"],
    `read the size of disk "vda" of domain ${UUID}`,
  ],
  [
    domain.blockJob(UUID, "vda"),
    ["blockjob", DOMAIN, "--path=vda", "--raw"],
    `ask whether disk "vda" of domain ${UUID} is in a block job`,
  ],
  [
    domain.fileExists("/images/a b"),
    ["save-image-dumpxml", "--file=/images/a b"],
    'see whether there is a file "/images/a b" on the host',
  ],
  [
    snapshot.listDescendants(UUID, "-x"),
    ["snapshot-list", DOMAIN, "--from=-x", "--descendants", "--name"],
    `list what came after snapshot "-x" of domain ${UUID}`,
  ],
  [snapshot.listSnapshots(UUID), ["snapshot-list", DOMAIN, "--name"], `list the snapshots of domain ${UUID}`],
  [
    snapshot.listSnapshots(UUID, {
      from: "-x",
      current: false,
      descendants: true,
      leaves: true,
      noLeaves: true,
      metadata: true,
      noMetadata: true,
      inactive: true,
      active: true,
      diskOnly: true,
      internal: true,
      external: true,
      topological: true,
    }),
    [
      "snapshot-list",
      DOMAIN,
      "--from=-x",
      "--descendants",
      "--leaves",
      "--metadata",
      "--inactive",
      "--active",
      "--internal",
      "--external",
      "--topological",
      "--no-leaves",
      "--no-metadata",
      "--disk-only",
      "--name",
    ],
    `list the snapshots of domain ${UUID}`,
  ],
  [
    snapshot.listSnapshots(UUID, { current: true, roots: true }),
    ["snapshot-list", DOMAIN, "--current", "--roots", "--name"],
    `list the snapshots of domain ${UUID}`,
  ],
  [
    snapshot.snapshotXml(UUID, "a", { security: false }),
    ["snapshot-dumpxml", DOMAIN, "--snapshotname=a"],
    `read snapshot "a" of domain ${UUID}`,
  ],
  [
    snapshot.snapshotXml(UUID, "a"),
    ["snapshot-dumpxml", DOMAIN, "--snapshotname=a"],
    `read snapshot "a" of domain ${UUID}`,
  ],
  [
    snapshot.snapshotXml(UUID, "a", { security: true }),
    ["snapshot-dumpxml", DOMAIN, "--snapshotname=a", "--security-info"],
    `read snapshot "a" of domain ${UUID}`,
  ],
  [
    snapshot.readSnapshot(UUID, "a b"),
    ["snapshot-dumpxml", DOMAIN, "--snapshotname=a b", "--security-info"],
    `read snapshot "a b" of domain ${UUID}`,
  ],
  [
    snapshot.currentSnapshot(UUID),
    ["snapshot-current", DOMAIN, "--name"],
    `ask for the current snapshot of domain ${UUID}`,
  ],
  [
    snapshot.createSnapshot(UUID, { name: "a" }),
    ["snapshot-create-as", DOMAIN, "--name=a"],
    `take snapshot "a" of domain ${UUID}`,
    "changes",
  ],
  [
    snapshot.createSnapshot(UUID, {
      name: "a",
      description: "x, y\n=z",
      diskOnly: true,
      atomic: true,
      live: true,
      halt: true,
      quiesce: true,
      reuseExternal: true,
      validate: true,
      memory: { snapshot: "external", file: "/m,x=1" },
      disks: [
        { name: "vda", snapshot: "external", file: "/a,b", driver: "qcow2", type: "block" },
        { name: "/images/b,c", snapshot: "no" },
      ],
    }),
    [
      "snapshot-create-as",
      DOMAIN,
      "--name=a",
      "--description=x, y\n=z",
      "--disk-only",
      "--atomic",
      "--live",
      "--halt",
      "--quiesce",
      "--reuse-external",
      "--validate",
      "--memspec=snapshot=external,file=/m,,x=1",
      "--diskspec=vda,snapshot=external,file=/a,,b,driver=qcow2,stype=block",
      "--diskspec=/images/b,,c,snapshot=no",
    ],
    `take snapshot "a" of domain ${UUID}`,
    "changes",
  ],
  [
    snapshot.createSnapshot(UUID, {
      name: "a",
      description: "",
      diskOnly: false,
      memory: { snapshot: "no" },
    }),
    ["snapshot-create-as", DOMAIN, "--name=a", "--memspec=snapshot=no"],
    `take snapshot "a" of domain ${UUID}`,
    "changes",
  ],
  [
    snapshot.redefineSnapshot(UUID, "/tmp/x.xml"),
    ["snapshot-create", DOMAIN, "--xmlfile=/tmp/x.xml", "--redefine"],
    `redefine a snapshot of domain ${UUID}`,
    "changes",
  ],
  [
    snapshot.redefineSnapshot(UUID, "/tmp/x.xml", { current: true }),
    ["snapshot-create", DOMAIN, "--xmlfile=/tmp/x.xml", "--redefine", "--current"],
    `redefine a snapshot of domain ${UUID}`,
    "changes",
  ],
  [
    snapshot.revertSnapshot(UUID, "a", {}),
    ["snapshot-revert", DOMAIN, "--snapshotname=a"],
    `revert domain ${UUID} to snapshot "a"`,
    "changes",
  ],
  [
    snapshot.revertSnapshot(UUID, "a", { running: true, paused: true, force: true, resetNvram: true }),
    ["snapshot-revert", DOMAIN, "--snapshotname=a", "--running", "--paused", "--force", "--reset-nvram"],
    `revert domain ${UUID} to snapshot "a"`,
    "changes",
  ],
  [
    snapshot.deleteSnapshot(UUID, "a", {}),
    ["snapshot-delete", DOMAIN, "--snapshotname=a"],
    `delete snapshot "a" of domain ${UUID}`,
    "changes",
  ],
  [
    snapshot.deleteSnapshot(UUID, "a", { children: true, childrenOnly: true, metadata: true }),
    ["snapshot-delete", DOMAIN, "--snapshotname=a", "--children", "--children-only", "--metadata"],
    `delete snapshot "a" of domain ${UUID}`,
    "changes",
  ],
];

describe("a command of virsh", () => {
  for (const [command, argv, tried, changes] of ARGV) {
    it(`runs as ${argv.join(" ").replaceAll("\n", "\\n")}`, () => {
      assert.deepEqual(command.args, argv);
      assert.equal(command.tried, tried);
      assert.equal(command.changes, changes === "changes");
    });
  }

  it("has at least two arguments, for virsh runs a single one as a script", () => {
    for (const [{ args }] of ARGV) assert.ok(args.length >= 2, args.join(" "));
  });

  it("names a domain by nothing but its UUID", () => {
    for (const bad of ["debian12", "1", "", UUID.toUpperCase(), `${UUID}\n`, `${UUID} --all`]) {
      assert.throws(
        () => domain.domainState(bad),
        (error) => isVirshError(error, "Invalid") && error.said.includes(JSON.stringify(bad)),
      );
    }
  });

  it("carries hostile names to the program to the letter, and no shell sees them", async () => {
    const names = [
      "a b",
      "$(touch pwned)",
      "'; touch pwned; '",
      '"q"',
      "-x",
      "--domain",
      "--",
      "0123",
      "true",
      "%s%n",
      "<&>\"'",
      "ñ日本🙂",
      "é".repeat(123) + "x",
    ];
    const limits = { timeoutSeconds: 30, remaining: () => 30_000 };
    for (const name of names) {
      const { args, tried, changes } = snapshot.createSnapshot(UUID, { name, description: name });
      const echo = ["-e", "process.stdout.write(JSON.stringify(process.argv.slice(1)))", "--", ...args];
      const { stdout } = await run({ program: process.execPath, args: echo, tried, changes, limits });
      assert.deepEqual(JSON.parse(stdout), [
        "snapshot-create-as",
        DOMAIN,
        `--name=${name}`,
        `--description=${name}`,
      ]);
    }
  });
});
