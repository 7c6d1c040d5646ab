/**
 * What the commands of a `Domain` run: every state with one holds the texts
 * `require("pulumi-virsh/domain-command").create()`, `.update()` and `.delete()`, and `@pulumi/command` runs the last
 * of them, with Node.js and in the program's folder, to remove what an older version of this package defined. So
 * neither the name of this file nor what it exports ever changes, and it reads the environment and the output of
 * every release.
 */
export { create, delete_ as delete, update } from "./command/handler.js";
