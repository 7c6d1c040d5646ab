import type { QueryHost } from "../../hypervisor/host.js";
import { scopeOf } from "../delete-scope.js";
import type { PartialState } from "../state.js";

/** The host as it will be once a snapshot is deleted, before another takes its name. */
export function hostWithout(host: QueryHost, gone: PartialState): QueryHost {
  const { data } = scopeOf(gone);
  const memoryFile = data ? gone.capturedMemory?.file : undefined;
  return {
    ...host,
    listSnapshots: async (uuid, filter) =>
      (await host.listSnapshots(uuid, filter)).filter((name) => name !== gone.name),
    imageTags: async (path, look) =>
      (await host.imageTags(path, look))?.filter((tag) => !data || tag !== gone.name),
    fileExists: async (path) => path !== memoryFile && (await host.fileExists(path)),
  };
}
