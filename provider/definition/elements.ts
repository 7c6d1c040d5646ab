import type { XmlElement } from "../xml/element.js";

/** The first element of that name: as libvirt itself reads a document that has more than one. */
export function first(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.all(name)[0];
}

export function textOf(parent: XmlElement | undefined, name: string): string | undefined {
  return unlessEmpty(first(parent, name)?.text);
}

/** libvirt prints no empty text. */
export function unlessEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** What the domain boots from, in order: its devices by their `boot` elements, otherwise the kinds that `os` names. */
export function bootOrder(domain: XmlElement): string | undefined {
  const devices = first(domain, "devices");
  const ordered = ["disk", "interface", "hostdev", "redirdev"].flatMap((kind) =>
    (devices?.all(kind) ?? []).flatMap((device) => {
      const order = first(device, "boot")?.attribute("order");
      return order === undefined ? [] : [{ order: Number(order), label: bootLabel(kind, device) }];
    }),
  );
  const labels =
    ordered.length > 0
      ? ordered.sort((one, other) => one.order - other.order).map(({ label }) => label)
      : (first(domain, "os")?.all("boot") ?? []).map((boot) => boot.attribute("dev"));
  return labels.length === 0 ? undefined : labels.join(", ");
}

/** An interface has no name that every definition of it contains. */
function bootLabel(kind: string, device: XmlElement): string {
  return kind === "interface" ? "network" : (first(device, "target")?.attribute("dev") ?? kind);
}
