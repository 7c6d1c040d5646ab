import type { QueryHost } from "../../hypervisor/host.js";
import { queriesBy, type ArgsOf, type QueryName, type ResultOf } from "../../hypervisor/queries.js";

/** Results by query; one that failed is a result, too. */
export type QueryCache = Map<string, Cached>;

interface Cached {
  at: number;
  result: Promise<unknown>;
  /** Asked in advance. If that fails, whoever needs the result asks again. */
  ahead: boolean;
}

/** Long enough for a preview, and short enough to see soon what an update changed. */
const LIFETIME_MS = 30_000;

/**
 * The same host, asked each query only once in a while: to look at many snapshots of one domain costs the calls of one.
 * `ahead`: asked for what will be needed later.
 */
export function cachedQueries(
  host: QueryHost,
  cache: QueryCache,
  clock: () => number,
  { ahead = false } = {},
): QueryHost {
  const ask = <Name extends QueryName>(name: Name, args: ArgsOf<Name>): Promise<ResultOf<Name>> => {
    const query = host[name] as (...args: ArgsOf<Name>) => Promise<ResultOf<Name>>;
    // Who is at work on a domain changes from moment to moment.
    if (name === "domainControl") return query(...args);
    const key = keyOf(name, args);
    const known = cache.get(key);
    const isFresh = known !== undefined && clock() - known.at < LIFETIME_MS;
    if (isFresh && (ahead || !known.ahead)) return known.result as Promise<ResultOf<Name>>;
    const asked = isFresh ? known.result.catch(() => query(...args)) : query(...args);
    const result = asked as Promise<ResultOf<Name>>;
    const entry = { at: isFresh ? known.at : clock(), result, ahead };
    cache.set(key, entry);
    if (ahead) result.catch(() => cache.get(key) === entry && cache.delete(key));
    return result;
  };
  return { shownUri: host.shownUri, pause: host.pause, ...queriesBy(ask) };
}

export function keyOf(name: QueryName, args: readonly unknown[] = []): string {
  return JSON.stringify([name, ...args]);
}
