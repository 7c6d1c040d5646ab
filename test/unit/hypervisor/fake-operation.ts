import type { Host } from "../../../provider/hypervisor/host.js";
import type { Notice } from "../../../provider/hypervisor/notice.js";
import { ProviderMemory, type Operation } from "../../../provider/hypervisor/operation.js";
import { fakeHost } from "./fake-host.js";
import type { FakeHypervisor } from "./fake-hypervisor.js";

/** The time of every operation. */
export const NOW = new Date("2027-01-15T09:00:00.000Z");

/** An operation as an adapter makes it, and its messages. */
export interface FakeOperation extends Operation {
  readonly notices: Notice[];
  /** The texts of its messages. */
  readonly told: string[];
}

export function fakeOperation(hypervisor: FakeHypervisor, changes: Partial<Operation> = {}): FakeOperation {
  return operationOn(fakeHost(hypervisor), changes);
}

export function operationOn(host: Host, changes: Partial<Operation> = {}): FakeOperation {
  const notices: Notice[] = [];
  const told: string[] = [];
  const tell = (notice: Notice) => {
    notices.push(notice);
    told.push(notice.text);
  };
  return { host, memory: new ProviderMemory(), tell, now: () => NOW, notices, told, ...changes };
}
