import { parseDocument } from "./document.js";
import type { XmlElement } from "./element.js";

/** Where a disk of a definition has its data. */
export interface DiskSource {
  /** `target/@dev` */
  target: string;
  /** What tells this source from another one: a path, or the name of a volume or a network disk. */
  source: string;
  /** `source/@file` or `source/@dev`: a source that qemu-img can look at */
  path?: string | undefined;
  /** `driver/@type` */
  format?: string | undefined;
  /** The sources below it, nearest first, as far as the definition names them. */
  below: readonly string[];
}

/** The disks of `domain` that have a source. */
export function diskSources(domain: XmlElement): DiskSource[] {
  return (domain.child("devices")?.all("disk") ?? []).flatMap((disk) => {
    const target = disk.child("target")?.attribute("dev");
    const source = sourceOf(disk);
    if (target === undefined || source === undefined) return [];
    const path = pathOf(disk);
    return [{ target, source, path, format: disk.child("driver")?.attribute("type"), below: below(disk) }];
  });
}

/** What a snapshot's XML says of its external disks: the overlay, and the source that it was put on. */
export function overlaysIn(snapshotXml: string): { target: string; overlay: string; source: string }[] {
  const root = parseDocument(snapshotXml, "domainsnapshot");
  const domain = root.child("domain");
  const then = domain === undefined ? [] : diskSources(domain);
  return (root.child("disks")?.all("disk") ?? []).flatMap((disk) => {
    const [target, overlay] = [disk.attribute("name"), sourceOf(disk)];
    const source = then.find((known) => known.target === target)?.source;
    if (disk.attribute("snapshot") !== "external" || target === undefined) return [];
    return overlay === undefined || source === undefined ? [] : [{ target, overlay, source }];
  });
}

/**
 * `xml` whose disk `target` has the source, the format and the backing chain of the same disk of `hostXml`. Everything
 * else about the disk stays.
 */
export function withSourceOf(xml: string, target: string, hostXml: string): string {
  const disk = diskAt(xml, target);
  const host = diskAt(hostXml, target);
  if (disk === undefined || host === undefined) return xml;
  const textOf = (child: XmlElement | undefined) =>
    child === undefined ? "" : hostXml.slice(child.start, child.end);
  const format = host.child("driver")?.attribute("type");
  const driver = disk.child("driver");
  const edits: Edit[] = [
    { ...openTag(xml, disk), text: withAttribute(tagText(xml, disk), "type", host.attribute("type")) },
    ...(driver === undefined
      ? [{ ...after(openTag(xml, disk)), text: textOf(host.child("driver")) }]
      : [{ ...openTag(xml, driver), text: withAttribute(tagText(xml, driver), "type", format) }]),
    ...["source", "backingStore"].map((name): Edit => {
      const [own, text] = [disk.child(name), textOf(host.child(name))];
      return own === undefined
        ? { ...after(openTag(xml, disk)), text }
        : { start: own.start, end: own.end, text };
    }),
  ];
  return edited(xml, edits);
}

/** `xml` whose firmware keeps its variables in `path`; unchanged where it names a file itself or has no firmware. */
export function withNvram(xml: string, path: string): string {
  const os = parseDocument(xml, "domain").child("os");
  if (os === undefined || xml.slice(os.start, os.end).endsWith("/>")) return xml;
  const nvram = os.child("nvram");
  if (nvram !== undefined && nvramPath(nvram) !== undefined) return xml;
  const text = escaped(path);
  if (nvram === undefined) {
    const end = xml.lastIndexOf("</", os.end);
    return edited(xml, [{ start: end, end, text: `<nvram>${text}</nvram>` }]);
  }
  const tag = tagText(xml, nvram).replace(/\s*\/?>$/, "");
  return edited(xml, [{ start: nvram.start, end: nvram.end, text: `${tag}>${text}</nvram>` }]);
}

/** The file of the firmware's variables, as a definition names it. */
export function nvramFile(domain: XmlElement): string | undefined {
  const nvram = domain.child("os")?.child("nvram");
  return nvram === undefined ? undefined : nvramPath(nvram);
}

function nvramPath(nvram: XmlElement): string | undefined {
  return pathOf(nvram) ?? (nvram.text.trim() || undefined);
}

function diskAt(xml: string, target: string): XmlElement | undefined {
  const disks = parseDocument(xml, "domain").child("devices")?.all("disk") ?? [];
  return disks.find((disk) => disk.child("target")?.attribute("dev") === target);
}

function pathOf(image: XmlElement): string | undefined {
  const source = image.child("source");
  return source?.attribute("file") ?? source?.attribute("dev");
}

function sourceOf(image: XmlElement): string | undefined {
  const source = image.child("source");
  const named = ["protocol", "pool", "name", "volume", "dir"].flatMap(
    (name) => source?.attribute(name) ?? [],
  );
  return pathOf(image) ?? (named.length === 0 ? undefined : named.join(" "));
}

function below(disk: XmlElement): string[] {
  const sources: string[] = [];
  for (let image = disk.child("backingStore"); image !== undefined; image = image.child("backingStore")) {
    const source = sourceOf(image);
    if (source !== undefined) sources.push(source);
  }
  return sources;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** `text` with all edits, which do not overlap; of several at one place the first comes first. */
function edited(text: string, edits: readonly Edit[]): string {
  const last = [...edits].map((edit, index) => ({ ...edit, index }));
  // What is inserted in front of an element must survive the edit of that element.
  last.sort((one, other) => other.start - one.start || other.end - one.end || other.index - one.index);
  return last.reduce(
    (result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end),
    text,
  );
}

/** Where an element's first tag is; an attribute may contain `>`. */
function openTag(xml: string, { start, end }: XmlElement): { start: number; end: number } {
  const tag = /^<(?:[^"'>]|"[^"]*"|'[^']*')*>/.exec(xml.slice(start, end))?.[0] ?? "";
  return { start, end: start + tag.length };
}

function tagText(xml: string, element: XmlElement): string {
  const { start, end } = openTag(xml, element);
  return xml.slice(start, end);
}

function after({ end }: { end: number }): { start: number; end: number } {
  return { start: end, end };
}

function withAttribute(tag: string, name: string, value: string | undefined): string {
  if (value === undefined) return tag;
  const written = new RegExp(`(\\s${name}\\s*=\\s*)(?:"[^"]*"|'[^']*')`);
  if (written.test(tag))
    return tag.replace(written, (_all, before: string) => `${before}"${escaped(value)}"`);
  return tag.replace(/\s*\/?>$/, (close) => ` ${name}="${escaped(value)}"${close.trim()}`);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
