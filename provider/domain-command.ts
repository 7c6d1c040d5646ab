/**
 * What the commands of a `Domain` run. Every state with a `Domain` holds the texts
 * `require("pulumi-virsh/domain-command").create()`, `.update()` and `.delete()`. `@pulumi/command` runs them with
 * Node.js in the program's folder; it runs the last one also to delete what an older version of this package defined.
 * So the name of this file and its exports never change, and it reads the environment and the output of every release.
 */
export { create, delete_ as delete, update } from "./command/handler.js";
