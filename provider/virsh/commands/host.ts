import { parseDocument } from "../../xml/document.js";
import type { XmlElement } from "../../xml/element.js";
import { notUnderstood, type Command } from "./command.js";

/** The connection URI as libvirt resolved it, from a default or an alias too. It may contain a password. */
export function resolvedUri(): Command<string> {
  const tried = "ask libvirt for its connection URI";
  return {
    args: ["uri"],
    tried,
    changes: false,
    parse: (stdout) => {
      const uri = stdout.trim();
      if (uri === "" || /\s/.test(uri)) throw notUnderstood(tried, stdout);
      return uri;
    },
  };
}

/** The host's UUID; libvirt's test driver has none. */
export function hostUuid(): Command<string | undefined> {
  return {
    args: ["capabilities"],
    tried: "ask libvirt for the UUID of its host",
    changes: false,
    parse: (stdout) =>
      (UUID_FIRST.exec(stdout)?.[1] ?? uuidIn(parseDocument(stdout.trim(), "capabilities")))?.toLowerCase(),
  };
}

/** How libvirt prints it, at the start of a long document about the machine's processors. */
const UUID_FIRST =
  /^\s*<capabilities>\s*<host>\s*<uuid>([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})<\/uuid>/i;

function uuidIn(capabilities: XmlElement): string | undefined {
  return capabilities.child("host")?.child("uuid")?.text;
}

/** The UUID that the machine's firmware reports. Only a privileged daemon can read it. */
export function smbiosUuid(): Command<string | undefined> {
  return {
    args: ["sysinfo"],
    tried: "ask libvirt for what the firmware of its host says",
    changes: false,
    parse: (stdout) =>
      parseDocument(stdout.trim(), "sysinfo")
        .child("system")
        ?.all("entry")
        .find((entry) => entry.attribute("name") === "uuid")
        ?.text.toLowerCase(),
    refusals: [
      {
        said: /^(?:unsupported configuration: Host SMBIOS information is not available|this function is not supported by the connection driver: )/,
        means: undefined,
      },
    ],
  };
}
