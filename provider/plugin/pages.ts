import type { Listed } from "./resource.js";
import { Malformed } from "./status.js";

export interface PageRequest {
  /** At most as many in all pages together; 0: no limit. */
  limit: number;
  /** At most as many on this page; 0: no limit. */
  pageSize: number;
  /** Where the last page ended; empty for the first one. */
  token: string;
}

export interface Page {
  results: readonly Listed[];
  /** For the next page; empty after the last one. */
  token: string;
}

/** What a token says: the last one that was returned, and how many were returned in all. */
interface Position {
  last: [name: string, id: string];
  count: number;
}

/**
 * One page of a listing, sorted by name. A page begins after the last one that was returned, so one that comes or goes in
 * the meantime shifts none of the others.
 */
export function pageOf(listed: readonly Listed[], { limit, pageSize, token }: PageRequest): Page {
  const from = token === "" ? undefined : readToken(token);
  const sorted = [...listed].sort((one, other) => compare([one.name, one.id], [other.name, other.id]));
  const rest =
    from === undefined ? sorted : sorted.filter(({ name, id }) => compare([name, id], from.last) > 0);
  const before = from?.count ?? 0;
  const left = limit > 0 ? Math.max(0, limit - before) : rest.length;
  const results = rest.slice(0, Math.min(left, pageSize > 0 ? pageSize : rest.length));
  const last = results.at(-1);
  const count = before + results.length;
  const isOver = last === undefined || results.length === rest.length || (limit > 0 && count >= limit);
  return { results, token: isOver ? "" : writeToken({ last: [last.name, last.id], count }) };
}

function compare(one: readonly [string, string], other: readonly [string, string]): number {
  const [a, b] = one[0] === other[0] ? [one[1], other[1]] : [one[0], other[0]];
  return a < b ? -1 : a > b ? 1 : 0;
}

function writeToken(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function readToken(token: string): Position {
  try {
    const { last, count } = JSON.parse(Buffer.from(token, "base64url").toString()) as Position;
    if (typeof last[0] === "string" && typeof last[1] === "string" && Number.isInteger(count))
      return { last, count };
  } catch {
    // Nothing that this plugin wrote.
  }
  throw new Malformed("The continuation token is not one that this plugin returned.");
}
