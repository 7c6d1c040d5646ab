/** What a Domain does when someone else acts on the host: the source of a table in docs/behaviour.md and of live tests. */

/** A domain of the program, as someone else sees it. */
export interface Vm {
  name: string;
  uuid: string;
  virsh: (...words: string[]) => Promise<string>;
  /** Defines it from its own definition, edited. */
  edit: (change: (xml: string) => string) => Promise<void>;
}

/** What the program declares; what is absent stays as it is in `FIRST`. */
export interface Declared {
  /** `NAME` stands for its name. */
  name?: string;
  title?: string;
  running?: boolean;
  adopt?: boolean;
  /** Another image than its own. */
  disk?: string;
}

/** What every case starts from. */
export const FIRST = { name: "NAME", title: "declared", running: false, adopt: false } as const;

export interface DomainCase {
  /** What the program declared when someone took a snapshot; nothing, if nobody did. */
  snapshotOf?: Declared;
  /** What the program has declared before someone acts; `undefined`: no domain yet, and someone defines one. */
  before?: Declared | undefined;
  /** What someone else does, as the end of "someone …". */
  someone: string;
  acts?: (vm: Vm) => Promise<unknown>;
  /** What the program declares after that; `undefined`: it is destroyed. */
  declares: Declared | undefined;
  /** What the preview says; an error, if `does` is "fails". `NAME`, `UUID` and `DISK` stand for those of the domain. */
  says: readonly string[];
  /** What `up` or `destroy` does. */
  does: "update" | "create" | "delete" | "nothing" | "fails";
  /** What its error says. */
  error?: string;
  /** Whether the preview fails already. */
  inPreview?: true;
  /** What the host has afterwards; `undefined`: no such domain. */
  host: { name?: string; title: string; state: string; disk?: string } | undefined;
}

const off = { title: "declared", state: "shut off" };
const running = { running: true } as const;
const NEXT_START = "The changed definition of NAME takes effect at its next start; it is off now.";

export const domainCases: readonly DomainCase[] = [
  { someone: "does nothing", declares: {}, says: [], does: "nothing", host: off },
  {
    someone: "changes the definition (`virsh edit`)",
    acts: ({ edit }) => edit((xml) => xml.replace(">declared<", ">theirs<")),
    declares: {},
    says: [
      'The definition of NAME on the host is not the one that was applied last: someone changed it. This update applies the declared one: title "theirs" to "declared".',
      NEXT_START,
    ],
    does: "update",
    host: off,
  },
  {
    snapshotOf: { title: "older" },
    someone: "reverts it to a snapshot with an older definition",
    acts: ({ uuid, virsh }) => virsh("snapshot-revert", uuid, "theirs"),
    declares: {},
    says: [
      'The definition of NAME on the host is not the one that was applied last: a revert or a failed update put another one in its place. This update applies the declared one: title "older" to "declared".',
      NEXT_START,
    ],
    does: "update",
    host: off,
  },
  {
    someone: "takes an external snapshot, which puts its disk on an overlay",
    acts: ({ uuid, virsh }) => virsh("snapshot-create-as", uuid, "theirs", "--disk-only"),
    declares: { title: "changed" },
    says: [
      NEXT_START,
      "Disk vda of NAME stays on DISK.theirs, the overlay that a snapshot put on DISK.qcow2: on the image itself, the domain would lose what was written since.",
    ],
    does: "update",
    host: { title: "changed", state: "shut off", disk: "DISK.theirs" },
  },
  {
    someone: "renames it (`virsh domrename`)",
    acts: ({ uuid, virsh, name }) => virsh("domrename", uuid, `${name}-theirs`),
    declares: {},
    says: ["Someone renamed NAME to NAME-theirs. This update renames it back."],
    does: "update",
    host: { name: "NAME", ...off },
  },
  {
    someone: "does nothing",
    declares: { name: "NAME-new" },
    says: [
      "NAME is renamed to NAME-new, and stays the same domain.",
      "The changed definition of NAME-new takes effect at its next start; it is off now.",
    ],
    does: "update",
    host: { name: "NAME-new", ...off },
  },
  {
    someone: "starts it",
    acts: ({ uuid, virsh }) => virsh("start", uuid),
    declares: { name: "NAME-new" },
    says: [
      'Unable to rename domain "NAME" to "NAME-new": it is running, and libvirt renames only domains that are off.',
    ],
    does: "fails",
    inPreview: true,
    host: { name: "NAME", ...off, state: "running" },
  },
  {
    someone: "undefines it while it runs",
    before: running,
    acts: ({ uuid, virsh }) => virsh("undefine", uuid),
    declares: { ...running, title: "changed" },
    says: [
      "NAME is running but no longer defined: someone undefined it. This update defines it again.",
      "The changed definition of NAME takes effect at its next boot; it is running now. To apply it sooner, shut the domain down and start it again: a reboot from inside the guest keeps the old definition.",
    ],
    does: "update",
    host: { title: "changed", state: "running" },
  },
  {
    someone: "starts it",
    acts: ({ uuid, virsh }) => virsh("start", uuid),
    declares: {},
    says: [],
    does: "nothing",
    host: { ...off, state: "running" },
  },
  {
    someone: "stops it",
    before: running,
    acts: ({ uuid, virsh }) => virsh("destroy", uuid),
    declares: { ...running, title: "changed" },
    says: ["The changed definition of NAME takes effect now: NAME is off, and this update starts it."],
    does: "update",
    host: { title: "changed", state: "running" },
  },
  {
    someone: "saves it (`virsh managedsave`)",
    before: running,
    acts: ({ uuid, virsh }) => virsh("managedsave", uuid),
    declares: { ...running, title: "changed" },
    says: [
      "NAME is off with a managed-save image, and this update resumes it from there, with the old definition. The changed definition takes effect at the start after that: once it is resumed, shut the domain down and start it again.",
    ],
    does: "update",
    host: { title: "changed", state: "running" },
  },
  {
    someone: "does nothing",
    declares: { ...running, title: "changed", disk: "/nowhere/disk.qcow2" },
    says: ["The changed definition of NAME takes effect now: NAME is off, and this update starts it."],
    does: "fails",
    error: "NAME has its previous definition again.",
    host: off,
  },
  {
    someone: "defines a domain of that name first",
    before: undefined,
    declares: { adopt: true },
    says: ["NAME exists (UUID) and is adopted: its definition is replaced by this one.", NEXT_START],
    does: "create",
    host: off,
  },
  {
    someone: "defines a domain of that name first",
    before: undefined,
    declares: { title: "ours" },
    says: [
      'The host already has the domain "NAME" (UUID). If this create replaces it, it is deleted first: it is off. Its disks stay. Otherwise the create will be refused: choose another <name>, or set adopt: true to adopt the domain and replace its definition.',
    ],
    does: "fails",
    error:
      'Unable to define domain "NAME": the host already has a domain of that name, UUID. Nothing was changed.',
    host: { title: "theirs", state: "shut off" },
  },
  {
    someone: "undefines it",
    acts: ({ uuid, virsh }) => virsh("undefine", uuid),
    declares: { title: "changed" },
    says: ['Unable to update domain "NAME": the host lists no domain UUID.'],
    does: "fails",
    inPreview: true,
    host: undefined,
  },
  {
    someone: "starts it",
    acts: ({ uuid, virsh }) => virsh("start", uuid),
    declares: undefined,
    says: [],
    does: "delete",
    host: undefined,
  },
  {
    someone: "takes a snapshot",
    acts: ({ uuid, virsh }) => virsh("snapshot-create-as", uuid, "theirs"),
    declares: undefined,
    says: [],
    does: "fails",
    error:
      'Unable to undefine domain "NAME": it still has the snapshot "theirs", which this program does not declare or has not deleted yet. Nothing was changed.',
    host: off,
  },
];
