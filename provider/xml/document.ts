import { XMLParser, type XMLMetaData } from "fast-xml-parser";
import { SyntaxValidator } from "fast-xml-validator";
import { decodeReferences, forbiddenCharacter } from "./characters.js";
import { unreadable, XmlElement } from "./element.js";

/** A node as the parser returns it: one key, the tag, with the nodes inside; the attributes are under ":@". */
type ParsedNode = Readonly<Record<string | symbol, unknown>>;

const textKey = "#text";
const attributesKey = ":@";
const position = XMLParser.getMetaDataSymbol() as symbol;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  textNodeName: textKey,
  // A snapshot's name may be "0123" or "true", and its description may start with blanks.
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignorePiTags: true,
  // The elements of a backing chain are nested, and libvirt allows 200 images in one.
  maxNestedTags: 1000,
  captureMetaData: true,
  // The parser's own decoder ignores numeric references, and expands entities that a document declares.
  entityDecoder: {
    decode: decodeReferences,
    addInputEntities: () => {
      throw new Error("it has a DOCTYPE");
    },
    setExternalEntities: () => undefined,
    setXmlVersion: () => undefined,
    reset: () => undefined,
  },
});

/** What may follow the root: comments and processing instructions. */
const BESIDE = /<!--[^]*?-->|<\?[^]*?\?>/g;

/** The root of `xml`, which must be a complete document whose root is an element `name`. */
export function parseDocument(xml: string, name: string): XmlElement {
  const character = forbiddenCharacter(xml);
  if (character !== undefined) throw unreadable(name, `it contains the character ${character}`);
  const [node, ...others] = parsedNodes(xml, name).filter((each) => !isBlank(each));
  if (node === undefined || tagOf(node) !== name || others.length > 0) {
    throw unreadable(name, `it is ${[node, ...others].map((root) => `<${tagOf(root)}>`).join(", ")}`);
  }
  const root = toElement(node);
  if (xml.slice(root.end).replace(BESIDE, "").trim() !== "")
    throw unreadable(name, "there is something after it");
  return root;
}

function parsedNodes(xml: string, name: string): ParsedNode[] {
  try {
    // The parser accepts anything: half a document, or the text of an error. The validator throws.
    SyntaxValidator.validate(xml);
    return parser.parse(xml) as ParsedNode[];
  } catch (error) {
    throw unreadable(name, explain(error), error);
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "line" in error ? `line ${String(error.line)}: ${error.message}` : error.message;
}

function toElement(node: ParsedNode): XmlElement {
  const name = tagOf(node);
  const content = node[name] as ParsedNode[];
  const isText = (child: ParsedNode) => textKey in child;
  const { startIndex: start = 0, endIndex: end } = node[position] as XMLMetaData;
  if (end === undefined) throw unreadable(name, "it has no end");
  return new XmlElement({
    name,
    attributes: new Map(Object.entries((node[attributesKey] ?? {}) as Record<string, string>)),
    children: content.filter((child) => !isText(child)).map(toElement),
    text: content
      .filter(isText)
      .map((child) => child[textKey] as string)
      .join(""),
    start,
    end,
  });
}

/** The line ends between a comment and the root are nodes of their own. */
function isBlank(node: ParsedNode): boolean {
  return tagOf(node) === textKey && (node[textKey] as string).trim() === "";
}

function tagOf(node: ParsedNode | undefined): string {
  for (const key in node) if (key !== attributesKey) return key;
  return "";
}
