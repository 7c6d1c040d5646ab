import { TestStack } from "../../test/live/support/engine.js";
import { lab, virsh } from "../../test/live/support/host.js";
import { versions } from "./checks.js";
import { Expectations, NotMet } from "./expectations.js";
import { play } from "./scene.js";
import { say } from "./talk.js";

// `npm run demo`: a checkpoint of a running VM, and a revert to it. Exits with 0 only if all of it was seen.
async function main(): Promise<number> {
  say(`A checkpoint of a running VM, and a revert to it, on ${await versions()}.`);
  say("The program is examples/checkpoint/index.ts. Each ✓ is a check, with what was compared.");
  const begun = Date.now();
  const domain = { name: lab("LAB_DOMAIN"), uuid: await virsh("domuuid", lab("LAB_DOMAIN")) };
  const expectations = new Expectations();
  const stack = await TestStack.open();
  try {
    await play(stack, domain, expectations);
    const seconds = Math.round((Date.now() - begun) / 1000);
    say(`\nAll ${expectations.finish()} expectations were met, in ${seconds} s.`);
    return 0;
  } catch (error) {
    if (!(error instanceof NotMet)) throw error;
    say(`\nThe demo ends here, because this was not as expected: ${error.message}.`);
    return 1;
  } finally {
    await stack.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
