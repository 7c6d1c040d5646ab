import * as v from "valibot";

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
  /** Absent for a part of an input, which changes as the whole does. */
  onChange?: OnChange;
  /** The value that stands for an absent one. */
  default?: unknown;
  /** The default in words, where it is not a constant. */
  defaultDoc?: string;
}

/** The facts of an input of its own. */
export type OwnFacts = InputFacts & { onChange: OnChange };

type Described<S extends v.GenericSchema> = v.SchemaWithPipe<
  readonly [S, v.MetadataAction<v.InferOutput<S>, { readonly facts: InputFacts }>]
>;

/** Ties a type to what is to be said of it. */
export function input<const S extends v.GenericSchema>(schema: S, facts: InputFacts): Described<S> {
  return v.pipe(schema, v.metadata({ facts }));
}

/** A string that `problem` finds nothing wrong with. */
export function text(problem: (value: string) => string | undefined) {
  return v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      const found = dataset.typed ? problem(dataset.value) : undefined;
      if (found !== undefined) addIssue({ message: found });
    }),
  );
}

/** One input, by the path under which Pulumi names it: `revert.triggers`. */
export interface InputField {
  path: string;
  schema: v.GenericSchema;
  facts: OwnFacts;
}

/** A table of inputs, flat: one row for each that changes by itself. */
export function fieldsOf(entries: v.ObjectEntries, prefix = ""): InputField[] {
  return Object.entries(entries).flatMap(([key, schema]): InputField[] => {
    const path = prefix + key;
    const facts = factsOf(schema);
    if (facts !== undefined) return [{ path, schema, facts: facts as OwnFacts }];
    return fieldsOf(
      (schema as unknown as { wrapped: { entries: v.ObjectEntries } }).wrapped.entries,
      `${path}.`,
    );
  });
}

export function factsOf(schema: v.GenericSchema): InputFacts | undefined {
  return (v.getMetadata(schema) as { facts?: InputFacts }).facts;
}
