import { html } from 'hono/html';
import type { Html } from './document.ts';

/** One line of a plot: its name, and its height at each step. */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

/** Two lines over the same steps. */
export interface LinePlot {
  readonly title: string;
  /** What a step is, in the plural. */
  readonly steps: string;
  /** Number of the first step. */
  readonly firstStep: number;
  readonly lines: readonly [Line, Line];
  /** Range of the heights. */
  readonly from: number;
  readonly to: number;
  /** A height as people read it. */
  format(value: number): string;
}

const width = 480;
const height = 280;
const frame = { left: 58, right: 16, top: 34, bottom: 44 };

/** Draws two lines, the first solid, the second dashed, so that they differ without colour. */
export function linePlot({ title, steps, firstStep, lines, from, to, format }: LinePlot): Html {
  const count = Math.max(...lines.map(({ values }) => values.length));
  const across = (step: number): number =>
    frame.left + ((width - frame.left - frame.right) * step) / Math.max(1, count - 1);
  const down = (value: number): number =>
    height - frame.bottom - ((height - frame.top - frame.bottom) * (value - from)) / (to - from);
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => from + (to - from) * share);
  const ends = lines.map(({ name, values }) => `${name} ends at ${format(values.at(-1) ?? 0)}`);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: over ${count} ${steps}, ${ends.join(', ')}.">
    ${levels.map(
      (
        level,
      ) => html`<path class="axis" d="M${frame.left} ${down(level).toFixed(1)}H${width - frame.right}"></path>
    <text class="soft" x="${frame.left - 8}" y="${(down(level) + 4).toFixed(1)}" text-anchor="end">${format(level)}</text>`,
    )}
    ${lines.map(
      ({ values }, i) =>
        html`<polyline class="${i === 0 ? 'first' : 'second'}" points="${values.map((value, step) => `${across(step).toFixed(1)},${down(value).toFixed(1)}`).join(' ')}"></polyline>`,
    )}
    ${lines.map(
      (
        { name },
        i,
      ) => html`<path class="${i === 0 ? 'first' : 'second'}" d="M${frame.left + i * 130} 14h28"></path>
    <text x="${frame.left + i * 130 + 36}" y="18">${name}</text>`,
    )}
    <text class="soft" x="${frame.left}" y="${height - 26}" text-anchor="middle">${firstStep}</text>
    <text class="soft" x="${width - frame.right}" y="${height - 26}" text-anchor="end">${firstStep + count - 1}</text>
    <text class="soft" x="${(frame.left + width - frame.right) / 2}" y="${height - 8}" text-anchor="middle">${steps}</text>
  </svg>`;
}
