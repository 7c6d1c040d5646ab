import type { SnapshotArgs, SnapshotRevertArgs } from "../../../sdk/index.js";
import { guest, lab, virsh, type Guest } from "./host.js";

/** A shape of snapshot: shapes differ in what their states contain. */
export interface Shape {
  args: Omit<SnapshotArgs, "domain" | "revert"> & { revert?: SnapshotRevertArgs };
  domain: () => Promise<Guest>;
  /** The virsh options that take such a snapshot. */
  flags: string[];
  /** Whether a revert takes a safety snapshot first. */
  safety?: boolean;
  /** Whether every libvirt version can revert to it. */
  internal?: boolean;
}

const DESCRIPTION = "antes de la actualización";
/** The file of a shape: what is in braces is filled in. */
const FILE = "{folder}/{uuid}";
const known = (variable: "LAB_DOMAIN" | "LAB_AGENT_DOMAIN") => async () => ({
  name: lab(variable),
  uuid: await virsh("domuuid", lab(variable)),
});
const off = () => guest("--off");

export const SHAPES: Record<string, Shape> = {
  "internal-memory": {
    args: { description: DESCRIPTION, atomic: true, timeoutSeconds: 300 },
    domain: known("LAB_DOMAIN"),
    flags: [`--description=${DESCRIPTION}`],
    internal: true,
  },
  "internal-off": { args: {}, domain: off, flags: [], internal: true },
  "internal-paused": {
    args: {},
    domain: async () => {
      const domain = await guest();
      await virsh("suspend", domain.uuid);
      return domain;
    },
    flags: [],
    internal: true,
  },
  "external-disk-only": { args: { diskOnly: true }, domain: () => guest(), flags: ["--disk-only"] },
  "external-memory": {
    args: { memory: { snapshot: "external", file: `${FILE}.memory` } },
    domain: () => guest(),
    flags: [`--memspec=file=${FILE}.memory,snapshot=external`],
  },
  "some-disks": {
    args: {
      diskOnly: true,
      disks: [
        { name: "vda", snapshot: "external", file: `${FILE}.overlay`, driver: "qcow2" },
        { name: "vdb", snapshot: "no" },
      ],
    },
    domain: () => guest("--off", "--disks", "2"),
    flags: [
      "--disk-only",
      `--diskspec=vda,snapshot=external,file=${FILE}.overlay,driver=qcow2`,
      "--diskspec=vdb,snapshot=no",
    ],
  },
  quiesced: {
    args: { diskOnly: true, quiesce: "required" },
    domain: known("LAB_AGENT_DOMAIN"),
    flags: ["--disk-only", "--quiesce"],
  },
  adopted: {
    args: { adopt: true, description: DESCRIPTION },
    domain: off,
    flags: [`--description=${DESCRIPTION}`],
    internal: true,
  },
  reverted: {
    args: { revert: { triggers: ["again", 2] } },
    domain: off,
    flags: [],
    internal: true,
  },
  "reverted-safely": {
    args: { revert: { triggers: ["again"], safetySnapshot: { keep: 2 } } },
    domain: off,
    flags: [],
    safety: true,
    internal: true,
  },
  "every-choice": {
    args: {
      uri: "{uri}",
      quiesce: "none",
      validate: true,
      deleteScope: "children",
      revert: {
        triggers: [{ any: ["value", null] }],
        onDrift: true,
        to: "shutoff",
        force: true,
        resetNvram: false,
      },
    },
    domain: off,
    flags: [],
    internal: true,
  },
};
