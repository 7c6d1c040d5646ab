import { beginTest, endTest } from "./host.js";

/** What mocha does around every test, through `.mocharc.json`. */
export const mochaHooks = { beforeEach: beginTest, afterEach: endTest };
