import { escapeXml } from "./characters.js";

/** An internal snapshot that is in the images of a domain, and that libvirt does not know. */
export interface UnlistedSnapshot {
  name: string;
  /** What the domain did when it was taken, in the words of `domstate`. */
  state: string;
  taken: Date;
  tagged: readonly { target: string }[];
  /** The domain's definition, to the letter. libvirt crashes without it. */
  domain: string;
}

/** The document that defines it, for `snapshot-create --redefine`. */
export function internalSnapshotXml({ name, state, taken, tagged, domain }: UnlistedSnapshot): string {
  const isOff = state === "shut off";
  const disks = tagged.map(({ target }) => `<disk name='${escapeXml(target)}' snapshot='internal'/>`);
  return [
    "<domainsnapshot>",
    `<name>${escapeXml(name)}</name>`,
    `<state>${isOff ? "shutoff" : state}</state>`,
    `<creationTime>${Math.floor(taken.getTime() / 1000)}</creationTime>`,
    `<memory snapshot='${isOff ? "no" : "internal"}'/>`,
    `<disks>${disks.join("")}</disks>`,
    domain,
    "</domainsnapshot>",
  ].join("\n");
}
