/**
 * The provider that states name: every state written by this package holds the text
 * `exports.handler = () => require("pulumi-virsh/dynamic-handler");`, and Pulumi runs that text to read and delete
 * what an older version of this package created. So neither the name of this file nor what it exports ever changes,
 * and what it exports reads the outputs of every release.
 */
export { check, create, delete_ as delete, diff, read, update } from "./dynamic/handler.js";
