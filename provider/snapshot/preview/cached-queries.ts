import type { Looks } from "../../hypervisor/host.js";

/** Answers by question; one that failed is an answer, too. */
export type Answers = Map<string, Answer>;

export interface Answer {
  at: number;
  answer: Promise<unknown>;
}

/** Long enough for a preview; what an update does meanwhile is seen soon. */
const LIFETIME_MS = 30_000;

/** The same host, asked each question once in a while: to look at many snapshots of one domain costs the calls of one. */
export function remembered(host: Looks, answers: Answers, clock: () => number): Looks {
  const once = <T>(
    question: string,
    of: readonly (string | undefined)[],
    ask: () => Promise<T>,
  ): Promise<T> => {
    const key = JSON.stringify([question, ...of]);
    const known = answers.get(key);
    if (known !== undefined && clock() - known.at < LIFETIME_MS) return known.answer as Promise<T>;
    const answer = ask();
    answers.set(key, { at: clock(), answer });
    return answer;
  };
  return {
    shownUri: host.shownUri,
    listDomains: () => once("listDomains", [], () => host.listDomains()),
    domainXml: (uuid) => once("domainXml", [uuid], () => host.domainXml(uuid)),
    daemonVersion: () => once("daemonVersion", [], () => host.daemonVersion()),
    listSnapshots: (uuid, filter) =>
      once("listSnapshots", [uuid, JSON.stringify(filter)], () => host.listSnapshots(uuid, filter)),
    readSnapshot: (uuid, name) => once("readSnapshot", [uuid, name], () => host.readSnapshot(uuid, name)),
    currentSnapshot: (uuid) => once("currentSnapshot", [uuid], () => host.currentSnapshot(uuid)),
    listDescendants: (uuid, name) =>
      once("listDescendants", [uuid, name], () => host.listDescendants(uuid, name)),
    listManagedSaves: () => once("listManagedSaves", [], () => host.listManagedSaves()),
    blockJob: (uuid, target) => once("blockJob", [uuid, target], () => host.blockJob(uuid, target)),
    fileExists: (path) => once("fileExists", [path], () => host.fileExists(path)),
    imageTags: (path) => once("imageTags", [path], () => host.imageTags(path)),
    imageFiles: (path, format) => once("imageFiles", [path, format], () => host.imageFiles(path, format)),
    freeBytes: (path) => once("freeBytes", [path], () => host.freeBytes(path)),
  };
}
