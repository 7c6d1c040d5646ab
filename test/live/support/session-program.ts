import { domainState } from "../../../provider/virsh/commands/domain.js";
import { setMetadata } from "../../../provider/virsh/commands/definition.js";
import { Connection } from "../../../provider/virsh/connection.js";

/** A program with a session of virsh, for a test that ends it. It reads, says so, and changes something when told to. */
const [uri = "", uuid = ""] = process.argv.slice(2);
const limits = { timeoutSeconds: 60, remaining: () => 60_000 };
const connection = new Connection(uri);

void connection.carryOut(domainState(uuid), limits).then((state) => {
  process.send?.(state);
  process.on("message", () => {
    const element = { uri: "http://example.org/t", key: "t", element: "<changed/>" };
    void connection.carryOut(setMetadata(uuid, element), limits);
  });
});
