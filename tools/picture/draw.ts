import { currentOf, places, type Place } from "./layout.js";
import type { Recording } from "./recording.js";

/** Sizes in pixels. */
const BOX = { width: 176, height: 56 };
const GAP = { x: 44, y: 40 };
const MARGIN = 24;
/** Room for the path back below the boxes. */
const BELOW = 64;

const STYLE = `
    text { font: 14px sans-serif; fill: #1f2328; }
    .name { font-weight: bold; }
    .facts, .caption { font-size: 11px; fill: #59636e; }
    .page { fill: #ffffff; stroke: #d1d9e0; }
    .box { fill: #eef4fb; stroke: #5b8fc7; stroke-width: 1.5; }
    .vm { fill: #f6f8fa; stroke: #59636e; stroke-dasharray: 5 4; }
    .line { fill: none; stroke: #5b8fc7; stroke-width: 1.5; }
    .back { fill: none; stroke: #c2410c; stroke-width: 2.5; stroke-dasharray: 7 5; }
    .back-text { fill: #c2410c; font-size: 13px; }`;

/** The snapshots of a recording as a tree, the VM after the current one, and the way that the revert took. */
export function draw({ domain, libvirtVersion, before, after }: Recording): string {
  const placed = places(before);
  const from = currentOf(placed, before);
  const to = currentOf(placed, after);
  const columns = Math.max(...placed.map(({ column }) => column)) + 2;
  const rows = Math.max(...placed.map(({ row }) => row)) + 1;
  const width = 2 * MARGIN + columns * BOX.width + (columns - 1) * GAP.x;
  const bottom = MARGIN + rows * BOX.height + (rows - 1) * GAP.y;
  const height = bottom + BELOW + MARGIN;
  const vm = { column: from.column + 1, row: from.row };
  const caption = `${domain} on libvirt ${libvirtVersion}, as getSnapshots returned it before and after the revert`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(caption)}">
  <style>${STYLE}
  </style>
  <defs>
    <marker id="end" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#5b8fc7"/></marker>
    <marker id="end-back" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0 10 5 0 10z" fill="#c2410c"/></marker>
  </defs>
  <rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${[...edges(placed), edge(from, vm), ...placed.map(box), vmBox(vm, domain), ...wayBack(vm, to, bottom)].map((part) => `  ${part}`).join("\n")}
  <text class="caption" x="${MARGIN}" y="${height - 14}">${escape(caption)}</text>
</svg>
`;
}

type Cell = Pick<Place, "column" | "row">;

function corner({ column, row }: Cell): { x: number; y: number } {
  return { x: MARGIN + column * (BOX.width + GAP.x), y: MARGIN + row * (BOX.height + GAP.y) };
}

function edges(placed: readonly Place[]): string[] {
  return placed.flatMap((place) => {
    const parent = placed.find(({ snapshot }) => snapshot.name === place.snapshot.parent);
    return parent === undefined ? [] : [edge(parent, place)];
  });
}

function edge(from: Cell, to: Cell): string {
  const [a, b] = [corner(from), corner(to)];
  const [x1, y1, x2, y2] = [a.x + BOX.width, a.y + BOX.height / 2, b.x - 2, b.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  return `<path class="line" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" marker-end="url(#end)"/>`;
}

function box({ snapshot, ...cell }: Place): string {
  const { name, creationTime, state } = snapshot;
  return labelled("box", cell, name, `${creationTime.slice(11, 19)} · ${state}`);
}

function vmBox(cell: Cell, domain: string): string {
  return labelled("vm", cell, domain, "the VM as it is now");
}

function labelled(kind: string, cell: Cell, name: string, facts: string): string {
  const { x, y } = corner(cell);
  const middle = x + BOX.width / 2;
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>`,
    `<text class="name" x="${middle}" y="${y + 24}" text-anchor="middle">${escape(name)}</text>`,
    `<text class="facts" x="${middle}" y="${y + 42}" text-anchor="middle">${escape(facts)}</text>`,
  ].join("");
}

/** From below the VM, under the boxes in between, to the snapshot that the VM goes back to. */
function wayBack(vm: Cell, to: Place, bottom: number): string[] {
  const [a, b] = [corner(vm), corner(to)];
  const [x1, x2] = [a.x + BOX.width / 2, b.x + BOX.width / 2];
  const [y1, y2, low] = [a.y + BOX.height, b.y + BOX.height + 2, bottom + 34];
  const round = 12;
  const path = `M${x1} ${y1}V${low - round}q0 ${round} -${round} ${round}H${x2 + round}q-${round} 0 -${round} -${round}V${y2}`;
  const text = "revert: everything since then is discarded";
  return [
    `<path class="back" d="${path}" marker-end="url(#end-back)"/>`,
    `<text class="back-text" x="${(x1 + x2) / 2}" y="${low - 8}" text-anchor="middle">${escape(text)}</text>`,
  ];
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
