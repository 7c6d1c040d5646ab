import { VirshError, quote } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { DomainRef } from "../../hypervisor/results.js";
import { isLeftPaused } from "../afterwards.js";
import { expectUnchanged, power } from "../changed.js";
import type { SnapshotInputs } from "../inputs.js";
import { expectSameDomain } from "../same-domain.js";
import { decideTake, refusalError, takePhrase } from "./decide.js";
import { imagesWithTag, lookBeforeCreate, type CreateFacts } from "./look.js";
import { orphanedTag } from "./preconditions.js";
import { writtenFiles } from "../written-files.js";

/**
 * Right before libvirt takes a snapshot: the domain is the one that is meant, is still on or off, was not left paused by
 * an operation that was interrupted, and none of the files that will be made is there. libvirt overwrites a memory file,
 * and what is there after a failure has to be known to be this operation's. After a wait, everything that the decision
 * rests on is looked at again.
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
    expectNotLeftPaused(host, domain, tried),
    ...writtenFiles(definition, inputs).map((written) =>
      expectAbsent(host, written.file, written.property, tried),
    ),
    expectNoTag(host, facts, inputs, tried),
  ]);
  expectUnchanged(tried, [{ what: `domain ${domain.name}`, was: power(definition), is: power(now) }]);
  if (again === undefined) return;
  const decision = decideTake(inputs, again);
  if (decision.do === "refuse") throw refusalError(domain, inputs.name, decision).with({ begun: false });
}

/** Once more, because one look can miss a tag (image-tags.ts), and the snapshot would overwrite it. */
async function expectNoTag(
  host: QueryHost,
  { domain, definition }: CreateFacts,
  inputs: SnapshotInputs,
  tried: string,
): Promise<void> {
  const taggedImages = await imagesWithTag(host, definition, inputs, 1);
  const refusal = orphanedTag(inputs, { domain, taggedImages });
  if (refusal === undefined) return;
  const { property, reason, remedy: next } = refusal;
  const said = `${property}: ${reason}`;
  throw new VirshError({ kind: "Conflict", tried, said, unchanged: true, next, begun: false });
}

/** A snapshot would capture it as paused. While a job holds the domain, this is not asked. */
async function expectNotLeftPaused(host: QueryHost, { uuid, name }: DomainRef, tried: string): Promise<void> {
  const condition = await host.domainCondition(uuid);
  if (!isLeftPaused(condition)) return;
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `${name} is paused (${condition.reason}), and no job holds it: an operation that was interrupted left it so`,
    unchanged: true,
    next: `Let it go on first: virsh resume ${uuid}`,
    begun: false,
  });
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
