/**
 * The functions as `sdk/` calls them. They run inside the program's own process, and no provider stands behind them.
 */
export { isVirshError } from "../errors.js";
export { questions as functions } from "../functions/functions.js";
