import assert from "node:assert/strict";
import * as definition from "../../../provider/virsh/commands/definition.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const DOMAIN = `--domain=${UUID}`;

describe("the calls for a domain as a whole", () => {
  const calls: [what: string, { args: readonly string[]; changes: boolean }, args: string[]][] = [
    ["define", definition.defineDomain("/tmp/a b.xml"), ["define", "--file=/tmp/a b.xml"]],
    [
      "undefine, NVRAM and all",
      definition.undefineDomain(UUID, { nvram: true }),
      ["undefine", DOMAIN, "--managed-save", "--nvram"],
    ],
    [
      "undefine, the NVRAM kept",
      definition.undefineDomain(UUID, { nvram: false }),
      ["undefine", DOMAIN, "--managed-save", "--keep-nvram"],
    ],
    ["start with the host", definition.setAutostart(UUID, true), ["autostart", DOMAIN]],
    ["do not start with it", definition.setAutostart(UUID, false), ["autostart", DOMAIN, "--disable"]],
    ["start", definition.startDomain(UUID), ["start", DOMAIN]],
    ["shut down", definition.shutdownDomain(UUID), ["shutdown", DOMAIN]],
  ];
  for (const [what, call, args] of calls) {
    it(`${what}: exactly these arguments`, () => {
      assert.deepEqual(call.args, args);
      assert.ok(call.changes);
    });
  }

  it("name a domain by its UUID alone", () => {
    for (const name of ["debian12", "1", "--domain", ""]) {
      assert.throws(() => definition.startDomain(name), { kind: "Invalid" });
    }
  });

  it("list checkpoints, one a line, and none where the driver knows none", () => {
    const { args, parse, refusals = [], changes } = definition.listCheckpoints(UUID);
    assert.deepEqual([args, changes], [["checkpoint-list", DOMAIN, "--name"], false]);
    assert.deepEqual([parse("a\nb c\n"), parse("")], [["a", "b c"], []]);
    const said = "this function is not supported by the connection driver: virDomainListAllCheckpoints";
    assert.deepEqual(refusals.find((refusal) => refusal.said.test(said))?.means, []);
  });
});
