import { quote, VirshError } from "../errors.js";
import type { Image, ImageOptions } from "../hypervisor/results.js";
import { run, type Limits } from "./process.js";

/** An image and, on request, the images below it. `file` must be absolute: QEMU takes `nbd:…` and `json:…` for something else. */
export async function readImages(
  file: string,
  { format, backingChain }: ImageOptions,
  limits: Limits,
): Promise<Image[]> {
  const tried = `read the image ${quote(file)}`;
  const args = [
    "info",
    "--output=json",
    // A guest that uses the image holds its lock.
    "--force-share",
    ...(backingChain ? ["--backing-chain"] : []),
    ...(format === undefined ? [] : [`--format=${format}`]),
    file,
  ];
  const call = { program: "qemu-img", args, tried, changes: false, limits };
  const { exitCode, stdout, stderr } = await run(call);
  if (exitCode === 0) return parse(stdout, tried);
  const error = explain(stderr.trim(), file, tried);
  const below = backingChain && error.kind === "Unexpected" && !isAbout(file, error.said);
  throw below
    ? error.with({ next: "An image below it may be the cause: backingChain: false reads only this image." })
    : error;
}

function explain(stderr: string, file: string, tried: string): VirshError {
  const said =
    stderr
      .split("\n")
      .at(-1)
      ?.replace(/^qemu-img: /, "") ?? "";
  if (isAbout(file, said) && said.endsWith(": No such file or directory"))
    return new VirshError({ kind: "NotFound", tried, said: "there is no such file" });
  if (said.endsWith(": Permission denied")) {
    const next = "Run the program as a user who may read the image.";
    return new VirshError({ kind: "Denied", tried, said, next });
  }
  return new VirshError({ kind: "Unexpected", tried, said: said || "qemu-img failed without a message" });
}

/** Whether the message is about that file itself, not about an image below it. */
function isAbout(file: string, said: string): boolean {
  return said.startsWith(`Could not open '${file}': `);
}

/** The parts of qemu-img's JSON that are used. */
interface RawImage {
  filename: string;
  format: string;
  "virtual-size": number;
  "actual-size": number;
  "full-backing-filename"?: string;
  "backing-filename"?: string;
  snapshots?: RawSnapshot[];
}

interface RawSnapshot {
  id: string;
  name: string;
  "date-sec": number;
  "date-nsec": number;
  "vm-state-size": number;
  "vm-clock-sec": number;
  "vm-clock-nsec": number;
}

/** One image, or the list of a backing chain. */
function parse(stdout: string, tried: string): Image[] {
  try {
    return [JSON.parse(stdout) as RawImage | RawImage[]].flat().map(toImage);
  } catch (cause) {
    throw new VirshError({ kind: "Unexpected", tried, said: "qemu-img did not answer in JSON", cause });
  }
}

function toImage(image: RawImage): Image {
  const backingFile = image["full-backing-filename"] ?? image["backing-filename"];
  return {
    file: image.filename,
    format: image.format,
    virtualSize: image["virtual-size"],
    actualSize: image["actual-size"],
    ...(backingFile === undefined ? {} : { backingFile }),
    snapshots: (image.snapshots ?? []).map((snapshot) => ({
      id: snapshot.id,
      name: snapshot.name,
      date: snapshot["date-sec"],
      dateNanoseconds: snapshot["date-nsec"],
      vmStateSize: snapshot["vm-state-size"],
      vmClock: snapshot["vm-clock-sec"] + snapshot["vm-clock-nsec"] / 1e9,
      exactVmClock: `${snapshot["vm-clock-sec"]}.${String(snapshot["vm-clock-nsec"]).padStart(9, "0")}`,
    })),
  };
}
