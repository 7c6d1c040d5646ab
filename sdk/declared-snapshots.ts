import * as pulumi from "@pulumi/pulumi";

/** URI (`null`: virsh's own default), domain and name. */
type Declared = readonly [uri: string | null, domain: string, name: string];

/** What each run of a program has declared so far. One process may run several programs. */
const runs = new WeakMap<object, Declared[]>();

/** How many a snapshot names: a program with many does not name each of them with each. */
const MOST = 64;

/**
 * In a preview: the snapshots that the program declares after this one, as JSON. Pulumi passes one resource after the other
 * to the provider, which can look at several of them together if it knows them. Only plain values count: an output may
 * be a secret, or not known yet.
 */
export function snapshotsAfter({
  uri,
  domain,
  name,
}: Record<"uri" | "domain" | "name", unknown>): Promise<string | undefined> | undefined {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined || !pulumi.runtime.isDryRun()) return undefined;
  const declared = runs.get(monitor) ?? [];
  runs.set(monitor, declared);
  if (
    typeof domain === "string" &&
    typeof name === "string" &&
    (uri === undefined || typeof uri === "string")
  )
    declared.push([uri ?? null, domain, name]);
  const begin = declared.length;
  // Later than the constructors that the program calls one after the other.
  return Promise.resolve().then(() => {
    const after = declared.slice(begin, begin + MOST);
    return after.length === 0 ? undefined : JSON.stringify(after);
  });
}
