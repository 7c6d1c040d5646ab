import * as v from "valibot";
import { uriProblem } from "../virsh/uri.js";
import { descriptionProblem, nameProblem } from "./text.js";

/**
 * Every input of a snapshot, described once. Checking, planning, the docstrings of the SDK and the reference in
 * the README all come from this table: a new input is one entry here and one call in `request.ts`.
 */

/** What a change of an input does to a snapshot that exists. */
export type OnChange =
  /** It only takes part in later operations. */
  | "record"
  /** Another name for the same domain is nothing; another domain needs a new snapshot. */
  | "domain"
  /** Recorded once the same snapshot is seen through it. */
  | "reconnect"
  /** Edited in place; the snapshot stays the same. */
  | "describe"
  /** Needs a new snapshot. */
  | "replace"
  /** Reverts the domain. */
  | "revert";

/** What the table says of an input beside its type. */
export interface InputFacts {
  /** For the docstring: meaning, unit, errors. */
  doc: string;
  /** The virsh flag or XML element behind it. */
  virsh?: string;
  onChange: OnChange;
  /** The value that stands for an absent one. */
  default?: unknown;
  /** The default in words, where it is not a constant. */
  defaultDoc?: string;
}

type Described<S extends v.GenericSchema> = v.SchemaWithPipe<
  readonly [S, v.MetadataAction<v.InferOutput<S>, { readonly facts: InputFacts }>]
>;

function input<const S extends v.GenericSchema>(schema: S, facts: InputFacts): Described<S> {
  return v.pipe(schema, v.metadata({ facts })) as unknown as Described<S>;
}

/** A string that `problem` finds nothing wrong with. */
function text(problem: (value: string) => string | undefined) {
  return v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      const found = dataset.typed ? problem(dataset.value) : undefined;
      if (found !== undefined) addIssue({ message: found });
    }),
  );
}

function domainProblem(domain: string): string | undefined {
  if (domain === "") return "a snapshot needs a domain. Give the domain's name or UUID";
  return /[\n\0]/.test(domain) ? "no domain can have such a name. Give the domain's name or UUID" : undefined;
}

const MAX_TIMEOUT_SECONDS = 7 * 24 * 3600;

export const revertInputs = v.strictObject({
  triggers: input(v.optional(v.array(v.unknown())), {
    doc: "Any values. When they change, the domain goes back to this snapshot, and everything since then, on disk and in memory, is discarded. So it does when triggers are added to an existing snapshot; removing them does nothing. When the snapshot is created they are only recorded. They are kept in plain text in `lastRevert`: no place for secrets.",
    virsh: "snapshot-revert",
    onChange: "revert",
    default: [],
    defaultDoc: "none: never reverts",
  }),
});

export const snapshotInputs = v.strictObject({
  uri: input(v.optional(text(uriProblem)), {
    doc: "Connection URI of the hypervisor, for instance `qemu:///system` or `qemu+ssh://root@host/system`. A change is recorded once the same snapshot is seen through the new URI; otherwise it is an error. URIs that would run a program on this machine (`command=`, `argv=`) are refused.",
    virsh: "--connect",
    onChange: "reconnect",
    defaultDoc: "`virsh:uri` of the stack's configuration, else virsh's own default",
  }),
  domain: input(text(domainProblem), {
    doc: "The domain to take the snapshot of: its name or its UUID. libvirt's numeric ids change at every start and are refused. Another domain needs a new snapshot; another name of the same domain does nothing.",
    virsh: "--domain",
    onChange: "domain",
  }),
  name: input(text(nameProblem), {
    doc: "The snapshot's name, unique within the domain: at most 247 bytes of UTF-8, no `/`, no leading `.`, no control characters. Under a new name the new snapshot is taken before the old one is deleted.",
    virsh: "--name",
    onChange: "replace",
    defaultDoc: "the resource's name",
  }),
  description: input(v.optional(text(descriptionProblem)), {
    doc: "What the snapshot is for: any text that XML can carry, up to 120 000 bytes of UTF-8. Edited in place; the snapshot stays the same.",
    virsh: "--description",
    onChange: "describe",
    default: "",
    defaultDoc: "none",
  }),
  diskOnly: input(v.optional(v.boolean()), {
    doc: "Captures the disks alone, into overlay files beside them (external), and no memory. A running domain runs on; what its applications had not written yet is not in the snapshot.",
    virsh: "--disk-only",
    onChange: "replace",
    default: false,
  }),
  atomic: input(v.optional(v.boolean()), {
    doc: "All disks or none. libvirt takes external snapshots of several disks as one transaction in any case, since 2018.",
    virsh: "--atomic",
    onChange: "record",
    default: false,
  }),
  revert: v.optional(revertInputs),
  timeoutSeconds: input(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_TIMEOUT_SECONDS))),
    {
      doc: "Seconds that one create, read, update or delete may take, a whole number from 1 to 604800. When they run out, the host may still be working on it: the error says what was found there.",
      onChange: "record",
      default: 600,
    },
  ),
});

/** Inputs that passed the check. */
export type SnapshotInputs = v.InferOutput<typeof snapshotInputs>;

export const DEFAULT_TIMEOUT_SECONDS = 600;

/** One input, by the path under which Pulumi names it: `revert.triggers`. */
export interface InputField {
  path: string;
  schema: v.GenericSchema;
  facts: InputFacts;
}

/** The table, flat. */
export const inputFields: readonly InputField[] = fieldsOf(snapshotInputs.entries, "");

function fieldsOf(entries: v.ObjectEntries, prefix: string): InputField[] {
  return Object.entries(entries).flatMap(([key, schema]): InputField[] => {
    const path = prefix + key;
    const facts = (v.getMetadata(schema as v.GenericSchema) as { facts?: InputFacts }).facts;
    if (facts !== undefined) return [{ path, schema: schema as v.GenericSchema, facts }];
    return fieldsOf(
      (schema as unknown as { wrapped: { entries: v.ObjectEntries } }).wrapped.entries,
      `${path}.`,
    );
  });
}
