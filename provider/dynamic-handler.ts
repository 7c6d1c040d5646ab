import { DynamicProvider } from "./dynamic/handler.js";

/**
 * The provider that states name: every state written by this package holds the text
 * `exports.handler = () => require("pulumi-virsh/dynamic-handler");`, and Pulumi runs that text to read and delete
 * what an older version of this package created. So neither the name of this file nor what it exports ever changes,
 * and what it exports reads the outputs of every release.
 */
const provider = new DynamicProvider();
export const { check, configure, create, diff, read, update } = provider;
const delete_ = provider.delete;
export { delete_ as delete };
