import { statSync } from "node:fs";
import { daemonPid, guest, inGuest, qemuPid, type Guest } from "./host.js";

/** A daemon that is killed in the middle of a call. The laboratory starts it again, as a service manager does. */

/** A guest whose memory takes a moment to write. */
export async function guestWithMemory(): Promise<Guest> {
  const domain = await guest("--memory", "256");
  await inGuest(domain.name, "for each in $(seq 40); do cat /bin/busybox; done >/tmp/80-mebibytes; kept=yes");
  return domain;
}

/** Waits until a file takes this many more bytes than it does now, or exists: looks without a pause, for it takes milliseconds. */
export async function untilGrown(file: string, bytes = 0): Promise<void> {
  const before = sizeOf(file);
  const deadline = Date.now() + 60_000;
  while (!(sizeOf(file) > before + bytes)) {
    if (Date.now() > deadline) throw new Error(`${file} did not grow`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The bytes that a file takes, and -1 where there is none. */
function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? -1 : found.blocks * 512;
}

/** Kills the daemon. */
export async function killDaemon(): Promise<void> {
  process.kill(await daemonPid(), "SIGKILL");
}

/** Kills the daemon while QEMU goes on, from `moment` to `end`, with what it was asked for: what it answers is lost. */
export async function killDaemonBesideRunning(
  moment: () => Promise<void>,
  end: () => Promise<void>,
): Promise<void> {
  const pid = await daemonPid();
  await moment();
  process.kill(pid, "SIGSTOP");
  await end();
  process.kill(pid, "SIGKILL");
}

/** Kills the daemon while QEMU, from `moment` to `end`, does not go on: it does no more than it has done so far. */
export async function killDaemonBesideStopped(
  domain: Guest,
  moment: () => Promise<unknown>,
  end: () => Promise<unknown>,
): Promise<void> {
  const [qemu, daemon] = [await qemuPid(domain), await daemonPid()];
  await moment();
  process.kill(qemu, "SIGSTOP");
  process.kill(daemon, "SIGKILL");
  await end();
  process.kill(qemu, "SIGCONT");
}
