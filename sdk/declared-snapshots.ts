import * as pulumi from "@pulumi/pulumi";

/** URI (`null`: virsh's own default), domain and name. */
type Declared = readonly [uri: string | null, domain: string, name: string];

/** The snapshots that each run of a program has declared since the last message about them. One process may run several programs. */
const runs = new WeakMap<object, Declared[]>();

/**
 * In a preview: the other snapshots that the program has declared by the time this one is registered, each in one message
 * only. Pulumi passes one resource after the other to the provider, which can so look at several of them together. Only plain
 * values count: an output may be a secret, or not known yet.
 */
export function othersOf({
  uri,
  domain,
  name,
}: {
  uri: unknown;
  domain: unknown;
  name: unknown;
}): Promise<Declared[] | undefined> | undefined {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined || !pulumi.runtime.isDryRun()) return undefined;
  const waiting = runs.get(monitor) ?? [];
  runs.set(monitor, waiting);
  const isPlain =
    typeof domain === "string" && typeof name === "string" && (uri === undefined || typeof uri === "string");
  const own: Declared | undefined = isPlain ? [uri ?? null, domain, name] : undefined;
  if (own !== undefined) waiting.push(own);
  // Later than the constructors that the program calls one after the other.
  return Promise.resolve().then(() => {
    const others = waiting.splice(0).filter((declared) => declared !== own);
    return others.length === 0 ? undefined : others;
  });
}
