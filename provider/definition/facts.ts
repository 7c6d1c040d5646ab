import { quote } from "../errors.js";
import type { XmlElement } from "../xml/element.js";
import { deviceFacts } from "./device-facts.js";
import { bootOrder, first, textOf, unlessEmpty } from "./elements.js";
import { inKiB, shownKiB } from "./memory.js";

/**
 * What a definition says that matters to a person: the name of each fact, and its value as messages show it. A device
 * is a fact with an empty value, and its details are facts named `disk vda | bus`. Sorted by name.
 *
 * Left out are what a snapshot changes by itself (source, format and backing chain of a disk), what changes at every
 * start (addresses, aliases, ports that libvirt chooses), what libvirt adds by itself (controllers, inputs, a memory
 * balloon), `metadata`, and passwords.
 */
export type DefinitionFacts = ReadonlyMap<string, string>;

/** The facts of `domain`: libvirt's own dump, best of the persistent definition, or the XML that a program declares. */
export function definitionFacts(domain: XmlElement): DefinitionFacts {
  const facts = [...generalFacts(domain), ...hardwareFacts(domain), ...startFacts(domain)];
  const stated = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  return new Map([...stated, ...deviceFacts(domain)].sort(([one], [other]) => (one < other ? -1 : 1)));
}

type Fact = [name: string, value: string | undefined];

function generalFacts(domain: XmlElement): Fact[] {
  return [
    ["title", quoted(textOf(domain, "title"))],
    ["description", quoted(textOf(domain, "description"))],
    ["type", domain.attribute("type")],
    ["on_poweroff", textOf(domain, "on_poweroff")],
    ["on_reboot", textOf(domain, "on_reboot")],
    ["on_crash", textOf(domain, "on_crash")],
    ["clock", first(domain, "clock")?.attribute("offset")],
  ];
}

function hardwareFacts(domain: XmlElement): Fact[] {
  const vcpu = first(domain, "vcpu");
  // libvirt gives a domain one virtual CPU if its XML does not say.
  const vcpus = vcpu?.text.trim() ?? "1";
  const [memory, current] = [inKiB(first(domain, "memory")), inKiB(first(domain, "currentMemory"))];
  const inUse = vcpu?.attribute("current");
  return [
    ["vcpus", vcpus],
    ["vcpus in use", inUse === vcpus ? undefined : inUse],
    ["memory", memory === undefined ? undefined : shownKiB(memory)],
    ["current memory", current === undefined || current === memory ? undefined : shownKiB(current)],
    ["memory backing", memoryBacking(first(domain, "memoryBacking"))],
    ["CPU", cpu(first(domain, "cpu"))],
    ["CPU topology", topology(first(domain, "cpu"))],
    ["machine", first(first(domain, "os"), "type")?.attribute("machine")],
  ];
}

function startFacts(domain: XmlElement): Fact[] {
  const os = first(domain, "os");
  const loader = first(os, "loader");
  const efi = os?.attribute("firmware") === "efi" || loader?.attribute("type") === "pflash";
  const nvram = first(os, "nvram");
  return [
    ["firmware", efi ? "UEFI" : "BIOS"],
    ["loader", unlessEmpty(loader?.text.trim())],
    ["NVRAM", first(nvram, "source")?.attribute("file") ?? unlessEmpty(nvram?.text.trim())],
    ["kernel", textOf(os, "kernel")],
    ["initrd", textOf(os, "initrd")],
    ["kernel arguments", quoted(textOf(os, "cmdline"))],
    ["boot order", bootOrder(domain)],
  ];
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : quote(text);
}

function memoryBacking(backing: XmlElement | undefined): string | undefined {
  const flags = ["hugepages", "locked", "nosharepages"].filter((name) => first(backing, name) !== undefined);
  const source = first(backing, "source")?.attribute("type");
  const access = first(backing, "access")?.attribute("mode");
  return [...flags, source, access].filter((part) => part !== undefined).join(", ") || undefined;
}

function cpu(element: XmlElement | undefined): string | undefined {
  const model = textOf(element, "model");
  const mode = element?.attribute("mode") ?? (model === undefined ? undefined : "custom");
  return mode === "custom" ? model : mode;
}

function topology(element: XmlElement | undefined): string | undefined {
  const found = first(element, "topology");
  if (found === undefined) return undefined;
  return ["sockets", "cores", "threads"].map((name) => `${found.attribute(name) ?? "1"} ${name}`).join(", ");
}
