import assert from "node:assert/strict";
import { XMLValidator } from "fast-xml-parser";
import { chart } from "../../../../tools/bench/chart.js";
import { sentence, setting, targets, workloads } from "../../../../tools/bench/report.js";
import { TARGETS } from "../../../../tools/bench/targets.js";
import { contender, results, workload } from "./results.js";

const up = (time: number) => contender({ up: [time, time, time] });
const measured = results(
  workload("off-20", { "pulumi-virsh": up(1500), "@pulumi/command": up(700), "virsh in a loop": up(500) }),
);

describe("the report of the bench", () => {
  it("names the day, the machine and the versions", () => {
    assert.equal(
      setting(measured),
      "Measured on 2026-11-29: 2 processors (CPU <1>), 24 GiB; Pulumi 3.259.0, libvirt 9.0.0.",
    );
  });

  it("says so while nothing was measured", () => {
    assert.equal(setting(results()), "Not measured yet.");
  });

  it("has every workload under its title, with the number of rounds, and what was left out", () => {
    const text = workloads({ ...measured, leftOut: ["naive provider (no time)"] });
    assert.match(text, /^### the workload off-20\n\nMedians of 3 interleaved rounds:\n\n\| /);
    assert.match(text, /\n\nLeft out: naive provider \(no time\)\.$/);
  });

  it("has all targets, or those that were measured", () => {
    const rows = (text: string) => text.split("\n").slice(2);
    assert.equal(rows(targets(measured)).length, TARGETS.length);
    assert.deepEqual(
      rows(targets(measured, "measured")).map((row) => row.split(" | ")[0]),
      ["| up, 20 domains ÷ @pulumi/command"],
    );
  });

  it("has one sentence for the README, with numbers of those that took part", () => {
    assert.match(sentence(measured), / take 1\.50 s .*command` 0\.70 s, `virsh` in a loop 0\.50 s\)/);
    const alone = results(workload("off-20", { "pulumi-virsh": up(1500), "virsh in a loop": up(500) }));
    assert.doesNotMatch(sentence(alone), /command/);
    assert.doesNotMatch(sentence(results()), / s /);
  });
});

describe("the chart of the bench", () => {
  const bars = (svg: string) => [...svg.matchAll(/y="\d+" width="(\d+)" height="10"/g)].map(([, width]) => Number(width));

  it("is XML, also while nothing was measured", () => {
    for (const of of [measured, results()]) assert.equal(XMLValidator.validate(chart(of)), true);
  });

  it("has a bar for each time, as long as the time", () => {
    const [ours = 0, command = 0, loop = 0, ...others] = bars(chart(measured)).filter((width) => width > 10);
    assert.deepEqual(others, []);
    assert.ok(Math.abs(command / ours - 700 / 1500) < 0.01 && Math.abs(loop / ours - 500 / 1500) < 0.01);
  });
});
