import assert from "node:assert/strict";
import { gated, GATES, type Feature } from "../../../provider/capabilities/version-gates.js";

/** Feature by feature: the versions on both sides of its gate, and the refusal. */
const TABLE: Record<Feature, { closed: string[]; open: string[]; reason: string; remedy: string }> = {
  revertExternal: {
    closed: ["8.10.0", "9.0.0", "9.9.0"],
    open: ["9.10.0", "10.0.0", "11.3.0", "12.8.0"],
    reason: "cannot revert to an external snapshot",
    remedy: "Upgrade the host to libvirt 9.10 or later, or take internal snapshots.",
  },
  revertExternalRunning: {
    closed: ["9.0.0", "9.10.0", "10.9.0"],
    open: ["10.10.0", "11.3.0", "12.8.0"],
    reason: "cannot revert to a disk-only snapshot of a running domain",
    remedy: "Upgrade the host to libvirt 10.10 or later, or capture memory as well.",
  },
  deleteExternal: {
    closed: ["7.0.0", "8.10.0"],
    open: ["9.0.0", "11.3.0", "12.8.0"],
    reason: "cannot delete an external snapshot",
    remedy: 'Upgrade the host to libvirt 9.0 or later, or set deleteScope to "metadata" and keep the files.',
  },
  deleteExternalOverInternal: {
    closed: ["9.0.0", "10.10.0"],
    open: ["11.0.0", "11.3.0", "12.8.0"],
    reason: "would delete the base image together with an external snapshot that the domain no longer uses",
    remedy:
      "Nothing to do: if no snapshot comes after it, its metadata and its overlay are deleted, and the base image stays.",
  },
  internalEfi: {
    closed: ["9.0.0", "9.2.0"],
    open: ["9.3.0", "10.0.0", "11.3.0", "12.8.0"],
    reason: "cannot take an internal snapshot of a domain with UEFI firmware",
    remedy: "Use diskOnly, or upgrade the host: libvirt 9.3 can while the domain is off, 10.9 while it runs.",
  },
  internalEfiRunning: {
    closed: ["9.3.0", "10.8.0"],
    open: ["10.9.0", "10.10.0", "11.3.0", "12.8.0"],
    reason: "cannot take an internal snapshot of a running domain with UEFI firmware",
    remedy: "Use diskOnly, stop the domain first, or upgrade the host to libvirt 10.9 or later.",
  },
  internalRunningAnyName: {
    closed: ["11.3.0", "12.8.0"],
    open: ["9.0.0", "11.2.0"],
    reason: "takes internal snapshots of a running domain only with names made of A-Z a-z 0-9 . _ -",
    remedy: "Use such a name, or take an external snapshot.",
  },
  privateOverlays: {
    closed: ["9.0.0", "11.3.0", "11.9.0"],
    open: ["11.10.0", "12.8.0"],
    reason:
      "creates the overlays of a domain that is off readable for everyone on the host (CVE-2025-13193), unless its distribution corrected that",
    remedy:
      "Give the overlay the mode of the image below it (chmod), or upgrade the host to libvirt 11.10 or later.",
  },
  deepChains: {
    closed: ["10.8.0", "10.10.0", "11.3.0", "11.10.0"],
    open: ["9.0.0", "10.7.0", "12.0.0", "12.8.0"],
    reason: "starts no domain with more than 25 images in the chain of a disk",
    remedy:
      "Delete external snapshots that you no longer need, or upgrade the host to libvirt 12.0 or later.",
  },
};

describe("the version gates", () => {
  it("have a row here for each gate", () => {
    assert.deepEqual(
      Object.keys(TABLE),
      GATES.map(({ feature }) => feature),
    );
  });

  for (const [feature, { closed, open, reason, remedy }] of Object.entries(TABLE)) {
    for (const version of closed) {
      it(`${feature} is closed in ${version}`, () => {
        assert.deepEqual(gated(feature as Feature, version), {
          reason: `libvirt ${version} ${reason}`,
          remedy,
        });
      });
    }
    for (const version of open) {
      it(`${feature} is open in ${version}`, () => {
        assert.equal(gated(feature as Feature, version), undefined);
      });
    }
  }

  it("compare versions as numbers, part by part", () => {
    assert.equal(gated("revertExternal", "9.10.1"), undefined);
    assert.notEqual(gated("revertExternal", "9.9.99"), undefined);
    assert.equal(gated("deleteExternalOverInternal", "100.0.0"), undefined);
  });
});
