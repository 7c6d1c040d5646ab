import { isDeepStrictEqual } from "node:util";
import { isKnown } from "../schema/unknown.js";
import { problem, problemsIn, withoutNulls, type Problem } from "../schema/validate.js";
import { providerInputs, type Settings } from "./settings.js";

/** What the engine keeps with a provider's own inputs. */
const ENGINES_OWN = ["version", "pluginDownloadURL", "pluginChecksums", "__internal"];

type Props = Record<string, unknown>;

export interface Decoded {
  settings: Settings;
  problems: readonly Problem[];
}

/** A provider's configuration, whichever way the engine sends it: values, or texts in JSON, as configuration and SDKs do. */
export function decodeConfig(raw: Props): Decoded {
  const given = Object.entries(withoutNulls(raw) as Props).filter(([key]) => !ENGINES_OWN.includes(key));
  const notJson: Problem[] = [];
  const decoded = given.map(([key, value]): [string, unknown] => {
    if (!isJson(key, value)) return [key, value];
    try {
      return [key, withoutNulls(JSON.parse(value))];
    } catch {
      notJson.push(problem(key, "it cannot be read as JSON. Write it as a number or an object in JSON"));
      return [key, undefined];
    }
  });
  const settings = Object.fromEntries(decoded.filter(([, value]) => value !== undefined));
  return { settings, problems: [...notJson, ...problemsIn(settings, providerInputs)] };
}

/** The settings that differ. */
export function changedSettings(before: Props, after: Props): string[] {
  const [old, now] = [decodeConfig(before).settings as Props, decodeConfig(after).settings as Props];
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...keys].filter((key) => !isDeepStrictEqual(old[key], now[key]));
}

/** The configuration in the form of older engines: `virsh:config:uri`. */
export function fromVariables(variables: readonly (readonly [string, string])[]): Props {
  return Object.fromEntries(variables.map(([name, value]) => [name.split(":").slice(2).join(":"), value]));
}

/** Settings that are texts are given as they are. */
const TEXTS = ["uri", "quiesce"];

function isJson(key: string, value: unknown): value is string {
  return typeof value === "string" && isKnown(value) && key in providerInputs.entries && !TEXTS.includes(key);
}
