import assert from "node:assert/strict";
import type { Host } from "../../../provider/hypervisor/host.js";
import { resolveDomain } from "../../../provider/hypervisor/resolve-domain.js";
import { fakeHost } from "./fake-host.js";
import { FakeHypervisor } from "./fake-hypervisor.js";
import { failsWith } from "../snapshot/rejects.js";
import { UUID } from "../snapshot/states.js";

const OTHER = "4b239424-eb0f-402a-854c-8a2b01c15fea";

function host(names: Record<string, string>, uri?: string): Host {
  const hypervisor = new FakeHypervisor();
  for (const [uuid, name] of Object.entries(names)) hypervisor.define({ uuid, name });
  return fakeHost(hypervisor, uri);
}

describe("the domain that a program names", () => {
  it("is found by its name, its UUID, and a UUID in capitals", async () => {
    const domains = host({ [OTHER]: "other", [UUID]: "debian12" });
    for (const given of ["debian12", UUID, UUID.toUpperCase()])
      assert.deepEqual(await resolveDomain(domains, given), { uuid: UUID, name: "debian12" });
  });

  it("is found by a number only if that is its name, never its id", async () => {
    assert.deepEqual(await resolveDomain(host({ [UUID]: "12" }), "12"), { uuid: UUID, name: "12" });
    await failsWith(
      resolveDomain(host({ [UUID]: "debian12" }), "1"),
      "NotFound",
      "Unable to find domain \"1\": the host lists no domain of that name or UUID. libvirt's numeric ids change at every start, so they are not taken: give the domain's name or UUID.",
    );
  });

  it("is the one with that UUID rather than one with that UUID as its name", async () => {
    assert.equal((await resolveDomain(host({ [OTHER]: UUID, [UUID]: "debian12" }), UUID)).uuid, UUID);
  });

  it("is not found by a name in other letter case, and the error lists the domains", async () => {
    await failsWith(
      resolveDomain(host({ [UUID]: "debian12", [OTHER]: 'x"' }, "qemu:///system"), "Debian12"),
      "NotFound",
      'Unable to find domain "Debian12" at qemu:///system: the host lists no domain of that name or UUID. It lists "debian12", "x\\"". Check domain and uri.',
    );
  });

  it("is not found, and the error names ten domains and counts the rest", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [UUID.replace(/..$/, String(10 + index)), `d${index}`]),
    );
    const { next } = await failsWith(resolveDomain(host(many), "x"), "NotFound");
    assert.match(next ?? "", /^It lists "d0", .*"d9" and 2 more\. Check domain and uri\.$/);
  });

  it("is not found, and the error says that the host has no domains", async () => {
    const { next } = await failsWith(resolveDomain(host({}), "x"), "NotFound");
    assert.equal(next, "It lists no domain at all. Check domain and uri.");
  });
});
