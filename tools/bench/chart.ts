import { timeOf, type Results } from "./results.js";
import { seconds } from "./tables.js";

const WORKLOAD = "off-20";
const ROWS = ["preview", "up", "refresh", "revert", "destroy"] as const;

interface Bar {
  contender: string;
  /** The class of its bars. */
  kind: string;
  label?: string;
}

const BARS: readonly Bar[] = [
  { contender: "pulumi-virsh", kind: "own" },
  { contender: "floor", kind: "floor", label: "no-op provider" },
  { contender: "@pulumi/command", kind: "command" },
  { contender: "naive provider", kind: "naive" },
  { contender: "virsh in a loop", kind: "loop" },
];

/** Sizes in pixels. */
const WIDTH = 760;
const LEFT = 90;
const RIGHT = 80;
const TOP = 64;
const BAR = 12;
const GAP = 14;
const ROW = BARS.length * BAR + GAP;
const LEGEND = 145;

const STYLE = `
    text { font: 13px sans-serif; fill: #1f2328; }
    .title { font-weight: bold; }
    .label { font-size: 12px; }
    .value, .caption { font-size: 11px; fill: #59636e; }
    .page { fill: #ffffff; stroke: #d1d9e0; }
    .own { fill: #c2410c; }
    .floor { fill: #e8b08f; }
    .command { fill: #5b8fc7; }
    .naive { fill: #9db8d6; }
    .loop { fill: #b8bec5; }`;

/** How long each phase takes, as bars. A time that was not measured has none. */
export function chart(results: Results): string {
  const longest = Math.max(
    1,
    ...ROWS.flatMap((phase) => BARS.map(({ contender }) => timeOf(results, WORKLOAD, contender, phase) ?? 0)),
  );
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const height = TOP + ROWS.length * ROW + 30;
  const { Pulumi = "?", libvirt = "?" } = results.versions;
  const title = "20 snapshots of 20 shut-off VMs: seconds, shorter is better";
  const caption = `medians, ${results.machine.split(" (")[0] ?? ""}, libvirt ${libvirt}, Pulumi ${Pulumi}, ${results.date.slice(0, 10)}`;
  const rows = ROWS.flatMap((phase, index) => [
    `<text x="${LEFT - 10}" y="${TOP + index * ROW + (ROW - GAP) / 2 + 5}" text-anchor="end">${phase}</text>`,
    ...BARS.flatMap(({ contender, kind }, place) => {
      const time = timeOf(results, WORKLOAD, contender, phase);
      return time === undefined ? [] : [bar(kind, TOP + index * ROW + place * BAR, time, time * scale)];
    }),
  ]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}">
  <style>${STYLE}
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
  <text class="title" x="24" y="28">${escape(title)}</text>
${[...BARS.map(legend), ...rows].map((part) => `  ${part}`).join("\n")}
  <text class="caption" x="24" y="${height - 12}">${escape(caption)}</text>
</svg>
`;
}

function bar(kind: string, y: number, time: number, length: number): string {
  const width = Math.round(length);
  return [
    `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}"/>`,
    `<text class="value" x="${LEFT + width + 5}" y="${y + 9}">${seconds(time)}</text>`,
  ].join("");
}

function legend({ contender, kind, label = contender }: Bar, index: number): string {
  const x = 24 + index * LEGEND;
  return `<rect class="${kind}" x="${x}" y="40" width="10" height="10"/><text class="label" x="${x + 15}" y="49">${escape(label)}</text>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
