import { Malformed } from "./status.js";

/** What a request says of the resource that it is about. */
export interface About {
  urn: string;
  type: string;
  name: string;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`, in which a name may hold `::`. */
export function aboutOf(urn: string): About {
  const [, , types, ...name] = urn.split("::");
  const type = types?.split("$").at(-1);
  if (!urn.startsWith("urn:pulumi:") || type === undefined || type === "" || name.length === 0)
    throw new Malformed(`${JSON.stringify(urn)} is not the URN of a resource.`);
  return { urn, type, name: name.join("::") };
}

/** The ID of a resource that exists. */
export function idOf(id: string): string {
  if (id === "") throw new Malformed("The request names no ID.");
  return id;
}

/** The time limit of a request in seconds, which is 0 where there is none. */
export function timeoutOf(seconds: number): number | undefined {
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
