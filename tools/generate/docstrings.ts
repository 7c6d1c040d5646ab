import ts from "typescript";

/** A property of an interface as its source documents it. */
export interface Documented {
  name: string;
  type: string;
  optional: boolean;
  /** The docstring, a paragraph an item, each on one line. */
  paragraphs: string[];
}

export interface DocumentedInterface {
  paragraphs: string[];
  extends: string[];
  properties: Documented[];
}

/** Every interface that a source declares, by its name. */
export function interfacesOf(source: string): Map<string, DocumentedInterface> {
  const found = parsed(source).statements.filter(ts.isInterfaceDeclaration);
  return new Map(
    found.map((node) => [
      node.name.text,
      {
        paragraphs: docOf(node),
        extends: (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText())),
        properties: node.members.filter(ts.isPropertySignature).map(propertyOf),
      },
    ]),
  );
}

/** The type behind every type alias that a source declares, by its name. */
export function aliasesOf(source: string): Map<string, string> {
  const found = parsed(source).statements.filter(ts.isTypeAliasDeclaration);
  return new Map(found.map((node) => [node.name.text, textOf(node.type)]));
}

/** The docstring of every function that a source declares, by its name. */
export function functionsOf(source: string): Map<string, string[]> {
  const found = parsed(source).statements.filter(ts.isFunctionDeclaration);
  return new Map(found.map((node) => [node.name?.text ?? "", docOf(node)]));
}

function parsed(source: string): ts.SourceFile {
  return ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
}

function propertyOf(node: ts.PropertySignature): Documented {
  return {
    name: node.name.getText(),
    type: node.type === undefined ? "unknown" : textOf(node.type),
    optional: node.questionToken !== undefined,
    paragraphs: docOf(node),
  };
}

function textOf(type: ts.TypeNode): string {
  return type.getText().replaceAll(/\s+/g, " ").replace(/^\| /, "");
}

function docOf(node: ts.Node): string[] {
  const [doc] = ts.getJSDocCommentsAndTags(node);
  const text = doc === undefined ? "" : (ts.getTextOfJSDocComment(doc.comment) ?? "");
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
}
