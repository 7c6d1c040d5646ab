import assert from "node:assert/strict";
import { access, copyFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { daemonPid, diskOf, guest, inGuest, lab, output, until, virsh, type Guest } from "./support/host.js";
import { Laboratory, remainsOf } from "./support/laboratory.js";

/** The error output of a command that fails. */
async function complaint(program: string, ...args: string[]): Promise<string> {
  return output(program, ...args).then(
    () => assert.fail(`${program} ${args.join(" ")} succeeded`),
    (error: unknown) => (error as { stderr: string }).stderr,
  );
}

/** Everything that set-up prints when everything is ready. */
const ONLY_PLUGINS = /^• Pulumi's plugins: .*pulumi-language-nodejs, .*pulumi-resource-command\n$/;

describe("the laboratory", () => {
  /** Prints the folder of its laboratory, and keeps running. */
  const STAY = ["sh", "-c", 'echo "$LAB_DIR"; exec sleep 600'];

  it("prints nothing itself on standard output, shares no domain with another one, and ends with its command", async () => {
    await output("lab-vm", "--off", "only here");
    const other = Laboratory.start("sh", "-c", 'echo "$LAB_DIR"; virsh --quiet list --all --name; exit 7');
    const status = await other.status();
    await virsh("undefine", "only here");
    const [folder, ...domains] = other.stdout.trimEnd().split("\n");
    assert.deepEqual([status, domains.sort()], [7, ["agent12", "debian12"]]);
    assert.notEqual(folder, lab("LAB_DIR"));
    assert.equal(await virsh("domstate", lab("LAB_DOMAIN")), "running");
    assert.deepEqual(await remainsOf(await other.base()), []);
  });

  it("ends the processes that its command left running", async () => {
    const other = Laboratory.start("sh", "-c", 'echo "$LAB_DIR"; setsid sleep 600 & kill -KILL $$');
    assert.equal(await other.status(), 137);
    assert.deepEqual(await remainsOf(await other.base()), []);
  });

  const signals: [NodeJS.Signals, number][] = [
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ];
  for (const [signal, status] of signals) {
    it(`forwards ${signal} to its command, and leaves nothing behind`, async () => {
      const other = Laboratory.start(...STAY);
      const base = await other.base();
      other.signal(signal);
      assert.equal(await other.status(), status);
      assert.deepEqual(await remainsOf(base), []);
    });
  }

  it("lets Ctrl-C reach its command once, and cleans up however often you press it after that", async () => {
    const caught = 'n=0; trap "echo caught; n=1" INT';
    const other = Laboratory.inTerminal(
      `sh -c '${caught}; echo "$LAB_DIR"; while [ $n = 0 ]; do sleep 0.1; done; sleep 0.5; exit 5'`,
    );
    const base = await other.base();
    other.type("\u0003");
    await until("its command ended", async () =>
      (await remainsOf(base)).every((one) => !one.includes(caught)),
    );
    const impatience = setInterval(() => other.type("\u0003"), 50);
    const status = await other.status();
    clearInterval(impatience);
    assert.deepEqual([status, other.stdout.match(/caught/g)], [5, ["caught"]]);
    assert.deepEqual(await remainsOf(base), []);
  });

  it("cleans up after a laboratory that was killed, and does not touch running ones", async () => {
    const killed = Laboratory.start(...STAY);
    const base = await killed.base();
    const mounted = join(base, "work/mounted");
    await mkdir(mounted);
    // Without the right to mount, there is also nothing to unmount.
    await output("mount", "-t", "tmpfs", "tmpfs", mounted).catch(() => undefined);
    killed.signal("SIGKILL");
    await until("it is dead", () => Promise.resolve(killed.hasEnded()));

    const next = Laboratory.start("true");
    const nextBase = await next.earlyBase();
    assert.deepEqual(await remainsOf(base), []);
    assert.equal(await inGuest(lab("LAB_DOMAIN"), "echo alive"), "alive");

    // Interrupted while it starts.
    next.signal("SIGINT", "group");
    assert.equal(await next.status(), 130);
    assert.equal(next.stdout, "");
    assert.match(next.stderr, ONLY_PLUGINS);
    assert.deepEqual(await remainsOf(nextBase), []);
  });

  it("can also be interrupted while its guest boots", async () => {
    const other = Laboratory.start("true");
    const base = await other.earlyBase();
    await until("its guest boots", async () =>
      (await remainsOf(base)).some((one) => one.includes("qemu-system")),
    );
    other.signal("SIGTERM");
    assert.equal(await other.status(), 143);
    assert.equal(other.stdout, "");
    assert.match(other.stderr, ONLY_PLUGINS);
    assert.deepEqual(await remainsOf(base), []);
  });

  it("has virsh and the daemon from the same libvirt", async () => {
    const versions = await virsh("version", "--daemon");
    const [, client] = /Using library: libvirt (\S+)/.exec(versions) ?? [];
    assert.match(versions, new RegExp(`Running against daemon: ${client ?? "?"}$`));
  });

  it("restarts its daemon if that is killed, and the guests keep running", async () => {
    await inGuest(lab("LAB_DOMAIN"), "here=still");
    const killed = await daemonPid();
    process.kill(killed, "SIGKILL");
    const again = async () => (await daemonPid()) !== killed && (await virsh("uri").catch(() => "")) !== "";
    await until("another daemon answers", again);
    assert.equal(await inGuest(lab("LAB_DOMAIN"), "echo $here"), "still");
  });
});

describe("lab-vm", () => {
  /** The guests that a test has made, whatever its result. */
  let made: Guest[] = [];
  afterEach(async () => {
    for (const { uuid } of made) {
      if ((await virsh("domstate", uuid)) === "running") await virsh("destroy", uuid);
      await virsh("undefine", uuid);
    }
    made = [];
  });
  async function make(...shape: string[]): Promise<Guest> {
    const vm = await guest(...shape);
    made.push(vm);
    return vm;
  }

  // The tests of snapshots cover what these names do in libvirt. This one tests that none is misread on the way there.
  const names = [
    "$(touch pwned)",
    "'; touch pwned; '",
    '<&>"]]>',
    "-x",
    "--off",
    "0123",
    "a b",
    "%s",
    "ñ日本🙂",
  ];
  for (const name of names) {
    it(`creates a guest with the name ${JSON.stringify(name)}`, async () => {
      await output("lab-vm", "--off", "--", name);
      const all = (await virsh("list", "--all", "--name")).split("\n");
      await virsh("undefine", `--domain=${name}`);
      assert.ok(all.includes(name), all.join());
    });
  }

  it("--off --disks defines it with as many disks, and does not start it", async () => {
    const vm = await make("--off", "--disks", "3");
    assert.equal(await virsh("domstate", vm.uuid), "shut off");
    const disks = await Promise.all(["vda", "vdb", "vdc"].map((target) => diskOf(vm, target)));
    assert.equal(new Set(disks).size, 3);
    for (const disk of disks) await access(disk);
    assert.equal(await diskOf(vm, "vdd"), "");
  });

  it("--raw gives it a raw disk that the guest can write to", async () => {
    const vm = await make("--raw");
    const image = await output("qemu-img", "info", "-U", "--output=json", await diskOf(vm));
    assert.equal((JSON.parse(image) as { format: string }).format, "raw");
    assert.equal(await inGuest(vm.name, "echo kept >/data/file && sync && cat /data/file"), "kept");
  });

  it("--agent waits for the guest agent, which can freeze the file system", async () => {
    const vm = await make("--agent");
    assert.match(await output("virsh", "domfsfreeze", vm.uuid), /Froze 1 filesystem/);
    assert.match(await output("virsh", "domfsthaw", vm.uuid), /Thawed 1 filesystem/);
  });

  const refusals: [string, string[], RegExp][] = [
    ["a name that exists", [lab("LAB_DOMAIN")], /domain 'debian12' already exists/],
    ["a name that libvirt does not accept", ["a/b"], /name a\/b cannot contain '\/'/],
    ["more disks than there are letters", ["--disks", "27", "x"], /--disks takes a number from 0 to 26/],
    ["an unknown option", ["--of", "x"], /Unknown option '--of'[^]*usage: lab-vm /],
    ["no name", [], /expected 1 argument, got 0\nusage: lab-vm /],
  ];
  for (const [what, args, message] of refusals) {
    it(`refuses ${what}, and leaves no file`, async () => {
      const before = await readdir(lab("LAB_DIR"));
      assert.match(await complaint("lab-vm", ...args), message);
      assert.deepEqual(await readdir(lab("LAB_DIR")), before);
    });
  }

  it("leaves nothing of a guest that cannot be started", async () => {
    const folder = await mkdtemp(join(lab("LAB_DIR"), "without-kernel-"));
    await mkdir(join(folder, "guest"));
    await copyFile(join(lab("LAB_DIR"), "guest/disk.qcow2"), join(folder, "guest/disk.qcow2"));
    const words = await complaint("env", `LAB_DIR=${folder}`, "lab-vm", "without kernel");
    assert.match(words, /^lab-vm: virsh .*start/);
    assert.deepEqual(await readdir(folder), ["guest"]);
    assert.ok(!(await virsh("list", "--all", "--name")).includes("without kernel"));
    await rm(folder, { recursive: true });
  });
});
