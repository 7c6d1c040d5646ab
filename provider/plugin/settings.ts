import * as v from "valibot";
import { uriProblem } from "../hypervisor/uri.js";
import { input, text } from "../schema/field.js";
import { snapshotInputs } from "../snapshot/inputs.js";
import { MOST_SESSIONS } from "../virsh/session-limit.js";

/** The configuration of a provider, described once: the check and the schema come from this table. */
export const providerInputs = v.strictObject({
  uri: input(v.optional(text(uriProblem)), {
    doc: "Connection URI of the hypervisor, for example `qemu:///system` or `qemu+ssh://root@host/system`, for every resource and function that gives none. It is not recorded with the resources. URIs that would run a program on this machine (`command=`, `argv=`) are refused.",
    virsh: "--connect",
    defaultDoc:
      "`VIRSH_DEFAULT_CONNECT_URI` or `LIBVIRT_DEFAULT_URI` of the environment, else virsh's own default",
  }),
  timeoutSeconds: input(snapshotInputs.entries.timeoutSeconds, {
    doc: "Time limit of one operation in seconds, for every resource and function that gives none.",
    defaultDoc: "600 for a resource, 60 for a function",
  }),
  sessions: input(v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_SESSIONS))), {
    doc: "How many sessions of virsh are kept on one connection. With 0, every command is a process of its own.",
    defaultDoc: "`PULUMI_VIRSH_SESSIONS` of the environment, else 4 on this machine and 3 on another",
  }),
  quiesce: input(snapshotInputs.entries.quiesce, {
    doc: "The default of `quiesce`, for every snapshot with `diskOnly`.",
    defaultDoc: "`none`",
  }),
  revert: input(v.optional(v.omit(snapshotInputs.entries.revert.wrapped, ["triggers"])), {
    doc: "Defaults of `revert`: of how to revert, not of when.",
    defaultDoc: "none",
  }),
});

/** A provider's configuration, as it is used. */
export type Settings = v.InferOutput<typeof providerInputs>;
