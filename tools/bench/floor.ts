import * as pulumi from "@pulumi/pulumi";
import { outputNames } from "../../sdk/generated/snapshot-types.js";
import { throughTheEngine } from "./engine.js";

/** What a snapshot of a domain that is off has as outputs beside its inputs, about as long. */
const FACTS = {
  host: { uuid: "11111111-2222-3333-4444-555555555555", uri: "qemu:///system" },
  domainUuid: "11111111-2222-3333-4444-555555555555",
  domainName: "floor",
  creationTime: "2026-01-01T00:00:00Z",
  state: "shutoff",
  location: "internal",
  isCurrent: true,
  capturedDisks: [{ name: "vda", snapshot: "internal", imageDate: "2026-01-01T00:00:00.000000000Z" }],
  capturedMemory: { snapshot: "no" },
  consistency: "offline",
  schemaVersion: 1,
};

/** Given as a text, as ours is: the SDK then has no closure to serialize, which would take time for each resource. */
const PROVIDER_TEXT = `
const facts = ${JSON.stringify(FACTS)};
const inputs = ({ domain, name, token }) => ({ domain, name, token });
exports.handler = () => ({
  check: async (olds, news) => ({ inputs: news }),
  diff: async (id, olds, news) => ({ changes: olds.token !== news.token }),
  create: async (props) => ({ id: props.domain + "/" + props.name, outs: { ...props, ...facts } }),
  read: async (id, props) => ({ id, props, inputs: inputs(props) }),
  update: async (id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => undefined,
});`;

/** A resource with as many properties as a `Snapshot`. Nothing is done for it: what it takes is Pulumi's own time. */
class Nothing extends pulumi.CustomResource {
  constructor(resource: string, props: { domain: string; name: string; token: string }) {
    const outputs = Object.fromEntries(outputNames.map((output) => [output, undefined]));
    super("pulumi-nodejs:dynamic:Nothing", resource, { ...outputs, ...props, __provider: PROVIDER_TEXT });
  }
}

export const floor = throughTheEngine("floor", ({ resource, domain, snapshot, token }) => {
  new Nothing(resource, { domain, name: snapshot, token });
});
