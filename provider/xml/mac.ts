import { parseDocument } from "./document.js";
import type { XmlElement } from "./element.js";

/**
 * `xml` whose network interfaces without a MAC address have those of the same domain on the host: libvirt would generate
 * new ones with each define, and the guest would see other network cards. Interfaces of one type are matched in order.
 */
export function withMacsOf(xml: string, hostXml: string): string {
  const own = interfacesOf(xml);
  const stated = own.flatMap((each) => macOf(each) ?? []);
  const free = interfacesOf(hostXml).filter((each) => !stated.includes(macOf(each) ?? ""));
  const edits = own.flatMap((each): { at: XmlElement; mac: string }[] => {
    if (macOf(each) !== undefined) return [];
    const index = free.findIndex((other) => other.attribute("type") === each.attribute("type"));
    const mac = free.splice(index, index < 0 ? 0 : 1).flatMap((other) => macOf(other) ?? [])[0];
    return mac === undefined ? [] : [{ at: each, mac }];
  });
  // From the end, so that the places of the others stay.
  return edits.reduceRight((text, { at, mac }) => withMac(text, at, mac), xml);
}

function interfacesOf(xml: string): XmlElement[] {
  return parseDocument(xml, "domain").child("devices")?.all("interface") ?? [];
}

function macOf(device: XmlElement): string | undefined {
  return device.all("mac")[0]?.attribute("address")?.toLowerCase();
}

/** An attribute may contain `>`. */
const OPEN_TAG = /^<(?:[^"'>]|"[^"]*"|'[^']*')*>/;

function withMac(xml: string, { start, end }: XmlElement, mac: string): string {
  const added = `<mac address="${mac}"/>`;
  const text = xml
    .slice(start, end)
    .replace(OPEN_TAG, (tag) =>
      tag.endsWith("/>") ? `${tag.slice(0, -2).trimEnd()}>${added}</interface>` : tag + added,
    );
  return xml.slice(0, start) + text + xml.slice(end);
}
