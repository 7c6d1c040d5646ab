import type { Run, TestStack } from "../../test/live/support/engine.js";
import { example } from "../../test/live/support/example.js";
import { inGuest, type Guest } from "../../test/live/support/host.js";
import { meetTheEnd, meetTheHost } from "./checks.js";
import type { Expectations, Facts } from "./expectations.js";
import { halvesOf, type Outputs } from "./outputs.js";
import { quoted, say, step, waiting } from "./talk.js";

const program = example("checkpoint");

const BEFORE: Facts = { "/data/importante": "there", remembered: "before" };
const AFTER: Facts = { "/data/importante": "gone", remembered: "after" };

/** Plays the whole scene on the running VM. Ends early if something is not as expected. */
export async function play(stack: TestStack, domain: Guest, expectations: Expectations): Promise<void> {
  await prepare(domain, expectations);
  const outputs = await take(stack, domain, expectations);
  await damage(domain, expectations);
  await previewRevert(stack, domain, outputs, expectations);
  await revert(stack, domain, expectations);
  await rest(stack, expectations);
  await remove(stack, domain, expectations);
}

async function prepare(domain: Guest, expectations: Expectations): Promise<void> {
  step(`${domain.name} is running. Someone makes the directory /data/importante and sets a shell variable.`);
  await inGuest(domain.name, "mkdir /data/importante && sync; remembered=before");
  expectations.meet("the directory and the variable are there", await seen(domain), BEFORE);
}

async function take(stack: TestStack, domain: Guest, expectations: Expectations): Promise<Outputs> {
  step("pulumi up takes the declared snapshot, disk and memory, while the VM runs.");
  const run = await waiting("pulumi up", stack.up(program));
  told(run);
  expectations.meet("the first up takes one snapshot", done(run), {
    did: "create checkpoint",
  });
  const { outputs } = await stack.recorded("checkpoint");
  const all = { ...(await stack.outputs()), parent: outputs["parent"] } as Outputs;
  expectations.meet(
    "the outputs say what the program declares, accents included",
    { name: halvesOf(all).name, description: all.description },
    { name: "instantánea1", description: "Creada carpeta importante" },
  );
  say(`   Its outputs, compared with virsh and qemu-img:`);
  await meetTheHost(expectations, domain, all);
  return all;
}

async function damage(domain: Guest, expectations: Expectations): Promise<void> {
  step("Someone removes the directory, and the shell variable changes, too.");
  await inGuest(domain.name, "rm -r /data/importante && sync; remembered=after");
  expectations.meet("the directory is removed, the variable changed", await seen(domain), AFTER);
}

async function previewRevert(
  stack: TestStack,
  domain: Guest,
  outputs: Outputs,
  expectations: Expectations,
): Promise<void> {
  step("pulumi config set revert please, then pulumi preview says what an update would do:");
  await waiting("pulumi config set", stack.configure("revert", "please"));
  const run = await waiting("pulumi preview", stack.preview(program));
  expectations.meet("the preview shows one update", done(run), { did: "update checkpoint" });
  expectations.meet(
    "the preview says what the revert discards",
    { said: run.messages.join(" ") },
    {
      said:
        `${domain.name} will go back to snapshot "${halvesOf(outputs).name}", taken ${outputs.takenAt}: ` +
        "everything since then, on disk and in memory, is discarded.",
    },
  );
  expectations.meet("the preview touched nothing", await seen(domain), AFTER);
}

async function revert(stack: TestStack, domain: Guest, expectations: Expectations): Promise<void> {
  step("pulumi up reverts.");
  const run = await waiting("pulumi up", stack.up(program));
  told(run);
  expectations.meet("the second up updates the snapshot's resource", done(run), { did: "update checkpoint" });
  expectations.meet("the directory and the variable are back", await seen(domain), BEFORE);
}

async function rest(stack: TestStack, expectations: Expectations): Promise<void> {
  step("Nothing is left to do: neither another update nor a refresh finds a difference.");
  const up = await waiting("pulumi up", stack.up(program));
  expectations.meet("a further up changes nothing", done(up), { did: "nothing" });
  const refresh = await waiting("pulumi refresh", stack.refresh());
  expectations.meet("refresh changes nothing", done(refresh), { did: "nothing" });
}

async function remove(stack: TestStack, domain: Guest, expectations: Expectations): Promise<void> {
  step("pulumi destroy deletes the snapshot, and the VM keeps running.");
  await inGuest(domain.name, "remembered=running-on");
  const run = await waiting("pulumi destroy", stack.destroy());
  told(run);
  expectations.meet("destroy deletes one snapshot", done(run), { did: "delete checkpoint" });
  await meetTheEnd(expectations, domain, await seen(domain), { ...BEFORE, remembered: "running-on" });
}

/** What the guest itself answers. The variable exists only in its memory. */
async function seen(domain: Guest): Promise<Facts> {
  const answer = await inGuest(
    domain.name,
    '[ -d /data/importante ] && echo there || echo gone; echo "$remembered"',
  );
  const [directory = "", remembered = ""] = answer.split("\n");
  return { "/data/importante": directory, remembered };
}

function done({ ok, steps }: Run): Facts {
  const did = steps.join(", ") || "nothing";
  return { did: ok ? did : `${did}, then failed` };
}

function told({ messages }: Run): void {
  for (const message of messages) quoted(message);
}
