import { refuseOtherUuid } from "../domain/decide.js";
import { linesOfCreate, linesOfUpdate } from "../domain/pending-lines.js";
import { isVirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { info, type Notice } from "../hypervisor/notice.js";
import { VirshHosts } from "../virsh/host.js";
import { readIdentity, refuseUndefinable } from "../xml/definition.js";
import { readRecord, readSettings } from "./settings.js";
import { HOW_TO_REPLACE } from "./words.js";

/** What a command is about to be given. */
export interface CommandInputs {
  xml: string;
  environment: Record<string, string>;
  /** The XML is a secret. */
  secret?: boolean;
}

/** What the state has of a command. */
export interface CommandState {
  stdout: string;
  /** The XML that it was given. */
  xml?: string | undefined;
}

/** A preview does not wait long for a host that does not answer. */
const TIMEOUT_SECONDS = 10;

/** The lines about a pending create. Throws where the create would be refused for certain. */
export async function previewCreate({ xml, environment }: CommandInputs): Promise<Notice[]> {
  refuseUndefinable(xml);
  const { uri, ...settings } = readSettings(environment);
  const { name } = readIdentity(xml);
  return look(name, uri, async (host) => (await linesOfCreate(host, { ...settings, xml })).notices);
}

/** The lines about a pending update: what it does, and when. Throws where the update would be refused. */
export async function previewUpdate(
  { stdout, xml: previousXml }: CommandState,
  { xml, environment, secret = false }: CommandInputs,
): Promise<Notice[]> {
  refuseUndefinable(xml);
  const recorded = readRecord(stdout);
  refuseOtherUuid(readIdentity(xml).uuid, recorded, HOW_TO_REPLACE);
  const { uri, ...settings } = readSettings(environment);
  const options = { secret, previousXml, howToReplace: HOW_TO_REPLACE };
  return look(recorded.name, uri, (host) => linesOfUpdate(host, recorded, { ...settings, xml }, options));
}

/** A machine that cannot reach the host can still preview. A refusal, or a proof of absence, fails the preview, though. */
async function look(
  name: string,
  uri: string | undefined,
  lines: (host: QueryHost) => Promise<Notice[]>,
): Promise<Notice[]> {
  try {
    return await lines(new VirshHosts().open({ uri, timeoutSeconds: TIMEOUT_SECONDS }));
  } catch (error) {
    if (!isVirshError(error) || error.kind === "Conflict" || error.kind === "NotFound") throw error;
    return [uncheckedLine(name, error.said)];
  }
}

export function uncheckedLine(name: string, said: string): Notice {
  return info(`The preview could not check ${name} on its host: ${said}`);
}
