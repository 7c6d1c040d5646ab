import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const folder = path.resolve(__dirname, "../../../../test/corpus/xml");

/** A document as a libvirt of `version` printed it. */
export interface CorpusDocument {
  /** `9.0.0/snapshot-internal-off` */
  name: string;
  kind: "snapshot" | "domain";
  version: string;
  xml: string;
  /** The file with the facts that the parser must find in it. */
  golden: string;
}

export const corpus: readonly CorpusDocument[] = readdirSync(folder).flatMap((version) =>
  readdirSync(path.join(folder, version))
    .filter((file) => file.endsWith(".xml"))
    .map((file) => ({
      name: `${version}/${path.basename(file, ".xml")}`,
      kind: file.startsWith("snapshot-") ? ("snapshot" as const) : ("domain" as const),
      version,
      xml: readFileSync(path.join(folder, version, file), "utf8"),
      golden: path.join(folder, version, file.replace(/\.xml$/, ".json")),
    })),
);

export const snapshots = corpus.filter(({ kind }) => kind === "snapshot");

export function document(name: string): string {
  const found = corpus.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`the corpus has no ${name}`);
  return found.xml;
}
