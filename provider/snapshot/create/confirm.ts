import { VirshError, quote } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import { expectUnchanged, power } from "../changed.js";
import type { SnapshotInputs } from "../inputs.js";
import { expectSameDomain } from "../same-domain.js";
import { decideTake, refusalError, takePhrase } from "./decide.js";
import { lookBeforeCreate, type CreateFacts } from "./look.js";
import { writtenFiles } from "../written-files.js";

/**
 * Right before libvirt takes a snapshot: the domain is the one that is meant, is still on or off, and none of the files
 * that will be made is there. libvirt overwrites a memory file, and what is there after a failure has to be known to be
 * this operation's. After a wait, everything that the decision rests on is looked at again.
 */
export async function confirmCreate(
  host: QueryHost,
  waited: boolean,
  inputs: SnapshotInputs,
  facts: CreateFacts,
): Promise<void> {
  const { domain, definition } = facts;
  const tried = takePhrase(domain, inputs.name);
  const [now, again] = await Promise.all([
    host.domainXml(domain.uuid),
    waited ? lookBeforeCreate(host, domain, inputs) : undefined,
    expectSameDomain(host, domain, inputs.domain, tried),
    ...writtenFiles(definition, inputs).map((written) =>
      expectAbsent(host, written.file, written.property, tried),
    ),
  ]);
  expectUnchanged(tried, [{ what: `domain ${domain.name}`, was: power(definition), is: power(now) }]);
  if (again === undefined) return;
  const decision = decideTake(inputs, again);
  if (decision.do === "refuse") throw refusalError(domain, inputs.name, decision).with({ begun: false });
}

async function expectAbsent(host: QueryHost, file: string, property: string, tried: string): Promise<void> {
  if (!(await host.fileExists(file))) return;
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `${property}: the host already has a file ${quote(file)}`,
    unchanged: true,
    next: "See what that file is. Then move it away, or name another one.",
    begun: false,
  });
}
