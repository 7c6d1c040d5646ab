import { watch } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { caseOf, type Moment, type Operation, type Victim } from "../../../faults/table.js";
import type { Run, Told } from "../engine.js";
import { Foreground } from "../foreground.js";
import {
  beingEnded,
  daemonPid,
  diskOf,
  isBusy,
  lab,
  output,
  qemuPid,
  until,
  withoutDaemon,
} from "../host.js";
import type { Meeting } from "../stand-in.js";
import { callsOn, enginesOf, providersOf, signal, stopped } from "./processes.js";
import type { FaultScene } from "./scene.js";

/**
 * Begins every operation, has them all meet at a moment, and ends the victim. Returns the results of the two commands,
 * after libvirt and everything that the commands started is done.
 */
export async function strike(
  scene: FaultScene,
  moment: Moment,
  victim: Victim,
): Promise<{ main: Told; deletes: Told }> {
  const { standIn, main, deletes } = scene;
  const met = scene.operations.filter((operation) => canMeet(operation, moment));
  const [uuids, meetings] = placeOf(scene, met, moment);
  await standIn.stopAt(meetings);
  await standIn.forget();
  // All at a time: none waits for another one, and none is left out because another one failed.
  const flags = { continueOnError: true, parallel: 32 };
  const [up, destroy] = [Foreground.up(main, scene.declared(main), flags), Foreground.destroy(deletes)];
  const ended = Promise.all([up, destroy].map((command) => command.ended.catch(none)));
  try {
    await standIn.arrived(uuids);
    if (moment === "works") await strikeAtWork(scene, met, victim);
    else await strikeStopped(scene, moment, uuids, victim, ended);
  } finally {
    await standIn.goOn();
  }
  const [first, second] = await ended;
  await quiet(scene);
  if (victim === "engine") await endHosts(scene);
  return {
    main: { ...(first ?? none()), about: up.about },
    deletes: { ...(second ?? none()), about: destroy.about },
  };
}

export function canMeet(operation: Operation, moment: Moment): boolean {
  return moment !== "works" || caseOf(operation).atOnce === undefined;
}

/** Where the calls stop, and what the calls name that have to be there. */
function placeOf(scene: FaultScene, met: readonly Operation[], moment: Moment): [string[], Meeting[]] {
  const uuid = (operation: Operation) => scene.guest(operation).uuid;
  // Looks of many operations are one call, and others wait for it: one of each command will do. Calls that name no domain
  // (which host it is, which domains it has) come before them.
  if (moment === "looks") {
    const looks = met.map((each): Meeting => ({ moment: "before", command: "any", names: uuid(each) }));
    return [[uuid("describe"), uuid("delete")], looks];
  }
  const when = moment === "answers" ? "after" : "before";
  const meetings = met.map((operation) => ({
    moment: when,
    command: caseOf(operation).command,
    names: uuid(operation),
  })) satisfies Meeting[];
  return [met.map(uuid), meetings];
}

/** Ends the victim while every call is stopped. */
async function strikeStopped(
  scene: FaultScene,
  moment: Moment,
  uuids: readonly string[],
  victim: Victim,
  ended: Promise<unknown>,
): Promise<void> {
  const { standIn } = scene;
  const calls = await standIn.arrived(uuids);
  switch (victim) {
    case "libvirtd":
      return withoutDaemon(async () => {
        await standIn.goOn();
        // Down until each operation has noticed it.
        if (moment === "looks") {
          await ended;
          return;
        }
        const noticed = async () =>
          (await Promise.all(uuids.map((uuid) => standIn.isOver(uuid, moment === "answers")))).every(Boolean);
        await until("every operation has noticed that the daemon is down", noticed, 30);
      });
    case "virsh": {
      signal(calls, "SIGKILL");
      return;
    }
    case "provider":
      signal(await processesOf(scene, providersOf), "SIGKILL");
      // What the provider has not begun does not begin any more.
      {
        signal(calls, "SIGKILL");
        return;
      }
    case "engine": {
      signal(await processesOf(scene, enginesOf), "SIGKILL");
      return;
    }
  }
}

/** Ends the victim while libvirt works, which QEMU and qemu-img cannot finish while they are stopped. */
async function strikeAtWork(scene: FaultScene, met: readonly Operation[], victim: Victim): Promise<void> {
  const held: number[] = [];
  try {
    const stops = await Promise.all(met.map((operation) => stopAtWork(scene, operation, held)));
    await scene.standIn.goOn();
    await Promise.all(stops.map((atWork) => atWork()));
    await kill(scene, met, victim);
  } finally {
    signal(held, "SIGCONT");
  }
}

/**
 * Keeps libvirt from finishing an operation that begins now, and returns what waits until it is in the middle of it. Adds
 * what it stops to `held`.
 */
async function stopAtWork(
  scene: FaultScene,
  operation: Operation,
  held: number[],
): Promise<() => Promise<void>> {
  const domain = scene.guest(operation);
  const stop = (pid: number) => {
    signal([pid], "SIGSTOP");
    held.push(pid);
  };
  if (operation === "off") {
    // Asked for now: libvirt says nothing about a domain that is off while it works on its image.
    const image = await diskOf(domain);
    return async () => void held.push(await stopped(["snapshot", "-c", image]));
  }
  const qemu = await qemuPid(domain);
  // The file systems are frozen, or the processors stopped, by the time at which libvirt makes these files.
  const files = { quiesced: `${domain.uuid}-0.quiesced`, external: `${domain.uuid}.memory` };
  if (operation === "quiesced" || operation === "external") {
    const file = created(files[operation], () => stop(qemu));
    return () => file;
  }
  if (operation === "memory") {
    // Its processors have stopped by then, and its memory is being written.
    const suspended = output("virsh", "event", "--event", "lifecycle", "--domain", domain.uuid);
    const stops = suspended.then(() => stop(qemu));
    // Registered before the call goes on.
    await sleep(200);
    return () => stops;
  }
  stop(qemu);
  const reverts = caseOf(operation).command === "snapshot-revert";
  return () => until(`libvirt works on: ${operation}`, () => (reverts ? beingEnded(qemu) : isBusy(domain)));
}

/** Waits until a file is created in the folder of the guests' disks, and does this at once. */
async function created(file: string, then: () => void): Promise<void> {
  const watching = watch(lab("LAB_DIR"), { signal: AbortSignal.timeout(20_000) });
  for await (const { filename } of watching)
    if (filename === file) {
      then();
      return;
    }
}

async function kill(scene: FaultScene, met: readonly Operation[], victim: Victim): Promise<void> {
  switch (victim) {
    case "libvirtd":
      process.kill(await daemonPid(), "SIGKILL");
      return;
    case "virsh": {
      const calls = met.map((operation) => callsOn(scene.guest(operation), caseOf(operation).command));
      signal((await Promise.all(calls)).flat(), "SIGKILL");
      return;
    }
    case "provider": {
      signal(await processesOf(scene, providersOf), "SIGKILL");
      return;
    }
    case "engine": {
      signal(await processesOf(scene, enginesOf), "SIGKILL");
      return;
    }
  }
}

async function processesOf({ main, deletes }: FaultScene, find: typeof enginesOf): Promise<number[]> {
  return (await Promise.all([find(main), find(deletes)])).flat();
}

/** Waits until no call runs and no job holds a domain. */
async function quiet(scene: FaultScene): Promise<void> {
  const guests = [...scene.guests.values()];
  const isQuiet = async () => {
    const calls = await Promise.all(guests.map((guest) => callsOn(guest, "virsh")));
    if (calls.flat().length > 0) return false;
    const busy = guests.map((guest) => isBusy(guest).catch(isNotOff));
    return !(await Promise.all(busy)).includes(true);
  };
  await until("the host is quiet", isQuiet, 60);
}

/** virsh knows of a job only while the domain runs. Any other failure is a daemon that does not answer yet. */
function isNotOff(error: unknown): boolean {
  return !String(error).includes("domain is not running");
}

/** A provider outlives its engine, and does what it has begun. After that, it is ended here. */
async function endHosts(scene: FaultScene): Promise<void> {
  // Between two calls of an operation there is a moment without one.
  await sleep(1000);
  await quiet(scene);
  signal(await processesOf(scene, providersOf), "SIGKILL");
  await Promise.all([scene.main.unlock(), scene.deletes.unlock()]);
}

function none(): Run {
  return { ok: false, steps: [], messages: [] };
}
