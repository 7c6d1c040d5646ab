import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** The laboratory as a test reads and changes it, without the provider. */
const execute = promisify(execFile);

const environment = { ...process.env, LC_ALL: "C.UTF-8" };

/** A variable that the laboratory sets. */
export function lab(name: "LAB_DIR" | "LAB_DOMAIN" | "LAB_AGENT_DOMAIN" | "LIBVIRT_DEFAULT_URI"): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: live tests run inside the laboratory`);
  return value;
}

/** Runs a program to its end and returns its standard output. Throws its error output if it fails. */
export async function output(program: string, ...args: string[]): Promise<string> {
  return (await execute(program, args, { env: environment, maxBuffer: 64 * 1024 * 1024 })).stdout;
}

/** virsh, quiet, on the laboratory's daemon; without the trailing line end that some of its commands print. */
export async function virsh(...args: string[]): Promise<string> {
  return (await output("virsh", "--quiet", ...args)).trimEnd();
}

/** The host and its daemon as a state records them: the laboratory's, or those behind another URI. */
export async function hostBehind(uri = lab("LIBVIRT_DEFAULT_URI")): Promise<{ uuid: string; uri: string }> {
  const uuid = /<uuid>(.*)<\/uuid>/.exec(await virsh(`--connect=${uri}`, "capabilities"))?.[1] ?? "";
  return { uuid, uri };
}

/** Runs a command in the guest's one shell and returns its output. Throws unless it succeeded. */
export async function inGuest(domain: string, command: string): Promise<string> {
  return (await output("lab-guest", domain, command)).trimEnd();
}

export interface Guest {
  name: string;
  uuid: string;
}

let made = 0;

/** The guests that the running test has made; `undefined` between tests. */
let ofTest: Guest[] | undefined;

/** Another guest, with a name of its own; `shape`: the options of `lab-vm`. One that a test makes ends with it. */
export async function guest(...shape: string[]): Promise<Guest> {
  made += 1;
  const name = `guest-${process.pid}-${made}`;
  await output("lab-vm", ...shape, name);
  const domain = { name, uuid: await virsh("domuuid", name) };
  ofTest?.push(domain);
  return domain;
}

export function beginTest(): void {
  ofTest = [];
}

/** Ends the guests of the test. An idle one uses one or two percent of a processor, and there are hundreds of tests. */
export async function endTest(): Promise<void> {
  const guests = ofTest ?? [];
  ofTest = undefined;
  if (guests.length === 0) return;
  const running = linesOf(await virsh("list", "--uuid"));
  for (const { uuid } of guests) if (running.includes(uuid)) await virsh("destroy", uuid);
}

/** The names of a domain's snapshots, in virsh's order. */
export async function snapshotsOf({ uuid }: Guest): Promise<string[]> {
  return linesOf(await virsh("snapshot-list", `--domain=${uuid}`, "--name"));
}

/** A snapshot's XML. */
export function snapshotXml({ uuid }: Guest, name: string): Promise<string> {
  return virsh("snapshot-dumpxml", `--domain=${uuid}`, `--snapshotname=${name}`);
}

/** `creationTime` as the outputs write it. */
export async function creationTime(domain: Guest, name: string): Promise<string> {
  const seconds = Number(/<creationTime>(\d+)</.exec(await snapshotXml(domain, name))?.[1]);
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** What qemu-img prints of a snapshot within an image. */
export interface ImageSnapshot {
  name: string;
  "vm-state-size": number;
  "date-sec": number;
  "date-nsec": number;
  "vm-clock-sec": number;
  "vm-clock-nsec": number;
}

/** The path of a domain's first disk, or of the one with this target. */
export async function diskOf({ uuid }: Guest, target = "vda"): Promise<string> {
  const line = linesOf(await virsh("domblklist", `--domain=${uuid}`)).find((one) =>
    one.trim().startsWith(target),
  );
  return line?.trim().slice(target.length).trim() ?? "";
}

/** The snapshots within an image, also while a guest uses the image. */
export async function imageSnapshots(file: string): Promise<ImageSnapshot[]> {
  const info = JSON.parse(await output("qemu-img", "info", "-U", "--output=json", file)) as {
    snapshots?: ImageSnapshot[];
  };
  return info.snapshots ?? [];
}

/** What an image says of a snapshot in it, as the outputs write it. */
export async function imageDate(file: string, name: string): Promise<{ imageDate: string; vmClock: string }> {
  const tag = (await imageSnapshots(file)).find((snapshot) => snapshot.name === name);
  if (tag === undefined) throw new Error(`${file} holds no snapshot ${name}`);
  const second = new Date(tag["date-sec"] * 1000).toISOString().slice(0, 19);
  const nano = (value: number) => String(value).padStart(9, "0");
  return {
    imageDate: `${second}.${nano(tag["date-nsec"])}Z`,
    vmClock: `${tag["vm-clock-sec"]}.${nano(tag["vm-clock-nsec"])}`,
  };
}

/** Moves the disk of a domain that is off into another folder, which perhaps only the daemon sees. */
export async function moveDisk(domain: Guest, folder: string): Promise<void> {
  const from = await diskOf(domain);
  const to = join(folder, basename(from));
  await output("cp", "--preserve", from, (await daemonRoot()) + to);
  await rm(from);
  await redefine(domain, (definition) => definition.replace(from, to));
}

/** Defines a domain from its own definition, edited. */
export async function redefine({ uuid }: Guest, edit: (definition: string) => string): Promise<void> {
  const file = join(lab("LAB_DIR"), `${uuid}.edited.xml`);
  await writeFile(file, edit(await virsh("dumpxml", "--inactive", uuid)));
  await virsh("define", file);
  await rm(file);
}

/** The process of a running guest. */
export async function qemuPid({ uuid }: Guest): Promise<number> {
  return Number(linesOf(await output("pgrep", "-f", `qemu-system.*-uuid ${uuid}`))[0]);
}

/** Whether a job holds the domain, according to `domcontrol`. */
export async function isBusy({ uuid }: Guest): Promise<boolean> {
  return (await virsh("domcontrol", uuid)) !== "ok";
}

/** Whether a virsh process runs this command on this domain. */
export async function isAsked(command: string, { uuid }: Guest): Promise<boolean> {
  return output("pgrep", "-f", `virsh .*${command}'? .*${uuid}`).then(
    () => true,
    () => false,
  );
}

/** Whether a stopped process has a signal pending that ends it as soon as it continues. */
export async function beingEnded(pid: number): Promise<boolean> {
  const pending = /^ShdPnd:\t(\w+)$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  return (parseInt(pending ?? "0", 16) & (1 << (constants.signals.SIGTERM - 1))) !== 0;
}

export async function daemonPid(): Promise<number> {
  return Number(await readFile(join(lab("LAB_DIR"), "../run/libvirt/libvirtd.pid"), "utf8"));
}

/** Kills the daemon, and keeps its manager from starting another one until `meanwhile` is over. */
export async function withoutDaemon<T>(meanwhile: () => Promise<T>): Promise<T> {
  const down = join(lab("LAB_DIR"), ".daemon-stays-down");
  await writeFile(down, "");
  try {
    process.kill(await daemonPid(), "SIGKILL");
    return await meanwhile();
  } finally {
    await rm(down);
  }
}

/** The folder that the daemon sees as `/`. */
export async function daemonRoot(): Promise<string> {
  return `/proc/${await daemonPid()}/root`;
}

/** The start of a command that runs where the daemon does: a chroot has mounts of its own. */
export async function besideDaemon(program: string): Promise<[string, ...string[]]> {
  return ["nsenter", `--target=${await daemonPid()}`, "--mount", "--root", "--wd=/", program];
}

/** Waits until `condition` holds, checking often; throws after `seconds`. */
export async function until(what: string, condition: () => Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(20);
  }
}

/** Waits for the next second, because creation times are whole seconds. */
export async function anotherSecond(): Promise<void> {
  await sleep(1001 - (Date.now() % 1000));
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
