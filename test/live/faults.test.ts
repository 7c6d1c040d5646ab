import { testRows } from "./support/faults/rows.js";

describe("a process that dies while libvirt carries out an operation (table of docs/guarantees.md)", function () {
  testRows.call(
    this,
    (victim, moment) =>
      ["libvirtd", "virsh"].includes(victim) && (moment === "works" || moment === "answers"),
  );
});
