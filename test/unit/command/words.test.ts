import assert from "node:assert/strict";
import { VirshError } from "../../../provider/errors.js";
import { errorText, noticeText } from "../../../provider/command/words.js";
import { info, warning } from "../../../provider/hypervisor/notice.js";

describe("a notice of a Domain's command on standard error", () => {
  it("carries its severity in the text, because standard error has none", () => {
    assert.equal(noticeText(info("vm keeps its old definition.")), "vm keeps its old definition.");
    assert.equal(noticeText(warning("vm is stopped.")), "warning: vm is stopped.");
  });
});

describe("the error of a Domain's command", () => {
  it("does not say that nothing was changed when time ran out: the host may still be working", () => {
    const error = new VirshError({
      kind: "Timeout",
      tried: "read the state",
      said: "the time limit ran out",
      unchanged: true,
      next: "timeoutSeconds sets the limit.",
    });
    assert.equal(
      errorText(error),
      "Unable to read the state: the time limit ran out. The host may still be working on it. " +
        "Look at virsh domstate and virsh domcontrol before you try again.",
    );
  });

  it("is printed as it is otherwise", () => {
    const error = new VirshError({
      kind: "Conflict",
      tried: "define",
      said: "no",
      unchanged: true,
      next: "Rename it.",
    });
    assert.equal(errorText(error), "Unable to define: no. Nothing was changed. Rename it.");
    assert.match(errorText(new TypeError("a bug")), /^TypeError: a bug\n {4}at /);
    assert.equal(errorText("a word"), "a word");
  });
});
