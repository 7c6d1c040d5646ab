import type { QueryHost } from "../../hypervisor/host.js";
import { queriesBy, type ArgsOf, type QueryName, type ResultOf } from "../../hypervisor/queries.js";

/** Results by query; one that failed is a result, too. */
export type QueryCache = Map<string, { at: number; result: Promise<unknown> }>;

/** Long enough for a preview, and short enough to see soon what an update changed. */
const LIFETIME_MS = 30_000;

/** The same host, asked each query only once in a while: to look at many snapshots of one domain costs the calls of one. */
export function cachedQueries(host: QueryHost, cache: QueryCache, clock: () => number): QueryHost {
  const ask = <Name extends QueryName>(name: Name, args: ArgsOf<Name>): Promise<ResultOf<Name>> => {
    const query = host[name] as (...args: ArgsOf<Name>) => Promise<ResultOf<Name>>;
    // Who is at work on a domain changes from moment to moment.
    if (name === "domainControl") return query(...args);
    const key = JSON.stringify([name, ...args]);
    const known = cache.get(key);
    if (known !== undefined && clock() - known.at < LIFETIME_MS)
      return known.result as Promise<ResultOf<Name>>;
    const result = query(...args);
    cache.set(key, { at: clock(), result });
    return result;
  };
  return { shownUri: host.shownUri, pause: host.pause, ...queriesBy(ask) };
}
