import * as v from "valibot";

/** What a change of an input does to an existing snapshot or domain. */
export type OnChange =
  /** The value is recorded for later operations. */
  | "record"
  /** Another name for the same domain changes nothing; another domain needs a new snapshot. */
  | "domain"
  /** Recorded after the same snapshot is found through it. */
  | "reconnect"
  /** Edited in place; the snapshot stays the same. */
  | "describe"
  /** Needs a new snapshot. */
  | "replace"
  /** Reverts the domain. */
  | "revert"
  /** Applied to the domain in place. */
  | "apply";

/** What the table says about an input besides its type. */
export interface InputFacts {
  /** For the docstring: meaning, unit, errors. */
  doc: string;
  /** The virsh flag or XML element behind it. */
  virsh?: string;
  /** Absent for a part of an input, which changes with the whole. */
  onChange?: OnChange;
  /** The value that stands for an absent one. */
  default?: unknown;
  /** The default in words, if it is not a constant. */
  defaultDoc?: string;
}

/** The facts of an input that is not part of another. */
export type OwnFacts = InputFacts & { onChange: OnChange };

type Described<S extends v.GenericSchema> = v.SchemaWithPipe<
  readonly [S, v.MetadataAction<v.InferOutput<S>, { readonly facts: InputFacts }>]
>;

/** Attaches its facts to the type of an input. */
export function input<const S extends v.GenericSchema>(schema: S, facts: InputFacts): Described<S> {
  return v.pipe(schema, v.metadata({ facts }));
}

/** A string for which `problem` returns `undefined`. */
export function text(problem: (value: string) => string | undefined) {
  return v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      const found = dataset.typed ? problem(dataset.value) : undefined;
      if (found !== undefined) addIssue({ message: found });
    }),
  );
}

/** One input, with its path: `revert.triggers`. */
export interface InputField {
  path: string;
  schema: v.GenericSchema;
  facts: OwnFacts;
}

/** A table of inputs, flat: one row for each input that can change by itself. */
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
