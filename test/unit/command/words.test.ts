import assert from "node:assert/strict";
import { noticeText } from "../../../provider/command/words.js";
import { info, warning } from "../../../provider/hypervisor/notice.js";

describe("a notice of a Domain's command on standard error", () => {
  it("carries its severity in the text, because standard error has none", () => {
    assert.equal(noticeText(info("vm keeps its old definition.")), "vm keeps its old definition.");
    assert.equal(noticeText(warning("vm is stopped.")), "warning: vm is stopped.");
  });
});
