import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/**
 * Mocha's own `spec` report, closed by a line that people and CI read alike: `N passed, N failed`. Where the run is one
 * of several, its numbers go into the file that TEST_TALLY names instead, for whoever adds them up.
 */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    // Mocha 12 drops rejections that nobody handles; thrown, they fail the test that runs.
    process.on("unhandledRejection", (reason) => {
      throw reason;
    });
  }

  /** Called when all is over, so that nothing of the report comes after the line. */
  override done(failures: number, exit?: (failures: number) => void): void {
    const { passes, pending } = this.stats;
    // `failures` counts failed hooks too. A run in which everything was skipped has shown nothing: it fails.
    const failed = failures === 0 && passes === 0 ? 1 : failures;
    const tally = process.env["TEST_TALLY"];
    if (tally === undefined) {
      const skipped = pending === 0 ? "" : `, ${pending} skipped`;
      process.stdout.write(`${passes} passed, ${failed} failed${skipped}\n`);
    } else writeFileSync(tally, JSON.stringify({ passed: passes, failed, skipped: pending }));
    exit?.(failed);
  }
}
