import { sentence, setting, targets, workloads } from "../bench/report.js";
import type { Results } from "../bench/results.js";
import { domainInputTable } from "./domain-reference.js";
import { faults } from "./faults.js";
import { fill } from "./fill.js";
import { functionReference } from "./function-reference.js";
import { preview, previewLines, previewOfDomains, type Names } from "./previews.js";
import { commonInputs, inputTable, outputPartTable, outputTable, partTable } from "./snapshot-reference.js";
import { versionTable } from "./versions.js";

type Read = (file: string) => string;

/** The examples whose README quotes the preview of a revert, and the names that they use. */
const EXAMPLES: Record<string, Names> = {
  "quick-start": {},
  checkpoint: { snapshot: "instantánea1" },
  "before-upgrade": { snapshot: "before-1.2" },
  "adopt-existing": { domain: "web", snapshot: "fresh-install" },
  "vm-with-checkpoint": { domain: "example", snapshot: "checkpoint" },
};

/** The guarantees by name; the document on them ties each to its tests. */
function guarantees(read: Read): string {
  const headings = [...read("docs/guarantees.md").matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings
    .filter((heading) => heading !== "Tested versions")
    .map((heading) => `- ${heading}`)
    .join("\n");
}

/** The documents that are generated in part, with those parts made anew. */
export function documents(read: Read): Record<string, string> {
  const results = JSON.parse(read("bench/results.json")) as Results;
  const parts: Record<string, Record<string, string>> = {
    "README.md": {
      speed: sentence(results),
      versions: versionTable(),
      preview: preview(read, "revert"),
      "common inputs": commonInputs(),
      guarantees: guarantees(read),
    },
    "docs/reference.md": {
      inputs: inputTable(),
      "parts of inputs": partTable(),
      outputs: outputTable(),
      "parts of outputs": outputPartTable(read),
      functions: functionReference(read),
    },
    "docs/previews.md": {
      "create preview": previewLines(read, ["create-raw-disk", "create-block-job", "create-no-domain"]),
      "replace preview": previewLines(read, ["replace-with-children"]),
      "rename preview": previewLines(read, ["rename"]),
      "adopt preview": previewLines(read, ["create-adopt-described"]),
      "scope preview": previewLines(read, ["delete-scope"]),
      "revert preview": previewLines(read, ["revert-needs-force", "revert-no-data"]),
      "unreachable preview": previewLines(read, ["unreachable"]),
      "reverted domain preview": previewLines(read, ["domain-reverted"]),
      "replaced domain preview": previewLines(read, ["domain-replaced"]),
      "domain not in force preview": previewLines(read, ["domain-not-in-force"]),
    },
    "docs/troubleshooting.md": {
      "name taken": previewLines(read, ["create-name-taken"]),
      "raw disk": previewLines(read, ["create-raw-disk"]),
      "no domain": previewLines(read, ["create-no-domain"]),
      "invalid input": previewLines(read, ["invalid"]),
    },
    "examples/many-vms/README.md": {
      lines: previewOfDomains(read, "revert", ["web", "db", "cache"], { snapshot: "before-maintenance" }),
    },
    "docs/guarantees.md": { "what dies": faults() },
    "docs/ci.md": { "unreachable preview": previewLines(read, ["unreachable"]) },
    "docs/benchmarks.md": {
      setting: setting(results),
      targets: targets(results),
      results: workloads(results),
    },
    "docs/domain.md": { inputs: domainInputTable() },
  };
  for (const [example, names] of Object.entries(EXAMPLES)) {
    parts[`examples/${example}/README.md`] = { preview: previewLines(read, ["revert"], names) };
  }
  return Object.fromEntries(Object.entries(parts).map(([file, own]) => [file, fill(file, read(file), own)]));
}
