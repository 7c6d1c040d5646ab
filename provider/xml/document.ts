import { SaxesParser } from "saxes";
import { forbiddenCharacter } from "./characters.js";
import { unreadable, XmlElement, type ElementParts } from "./element.js";

/** The elements of a backing chain are nested, and libvirt allows 200 images in one. */
const MOST_NESTED = 1000;

/** The root of `xml`, which must be a complete document whose root is an element `name`. */
export function parseDocument(xml: string, name: string): XmlElement {
  const character = forbiddenCharacter(xml);
  if (character !== undefined) throw unreadable(name, `it contains the character ${character}`);
  const root = rootOf(xml, name);
  if (root.name !== name) throw unreadable(name, `it is <${root.name}>`);
  return root;
}

/** An element that has begun. */
type Open = Omit<ElementParts, "end"> & { children: XmlElement[] };

/** Reads the document in one pass. The parser refuses whatever is not well formed; half a document, for instance. */
function rootOf(xml: string, expected: string): XmlElement {
  // `position`: it would only repeat the line in each message.
  const parser = new SaxesParser({ defaultXMLVersion: "1.0", forceXMLVersion: true, position: false });
  const open: Open[] = [];
  let root: XmlElement | undefined;
  const refuse = (said: string, cause?: Error): never => {
    throw unreadable(expected, said, cause);
  };
  parser.on("error", (error) => refuse(`line ${parser.line}: ${error.message}`, error));
  parser.on("doctype", () => refuse("it has a DOCTYPE"));
  parser.on("opentagstart", ({ name }) => {
    if (open.length === MOST_NESTED) refuse("its elements are nested too deep");
    // No name contains the character that begins its tag.
    const start = xml.lastIndexOf("<", parser.position - 1);
    open.push({ name, attributes: new Map(), children: [], text: "", start });
  });
  parser.on("attribute", ({ name, value }) => {
    (open.at(-1)?.attributes as Map<string, string> | undefined)?.set(name, value);
  });
  const read = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on("text", read);
  parser.on("cdata", read);
  parser.on("closetag", () => {
    const parts = open.pop();
    if (parts === undefined) return;
    const element = new XmlElement({ ...parts, end: parser.position });
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(xml).close();
  return root ?? refuse("it has no element");
}
