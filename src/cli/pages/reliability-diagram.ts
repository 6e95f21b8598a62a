import { html } from 'hono/html';
import type { ReliabilityBin } from '../../classes/metrics.ts';
import { type Html, percentText } from './document.ts';

const width = 480;
const height = 300;
const frame = { left: 58, right: 16, top: 24, bottom: 44 };

const across = (share: number): number => frame.left + (width - frame.left - frame.right) * share;
const down = (share: number): number =>
  height - frame.bottom - (height - frame.top - frame.bottom) * share;

/**
 * A column for each range of probabilities: how often answers in it were
 * right. The closer to the dashed line, the more the numbers can be believed.
 */
export function reliabilityDiagram(bins: readonly ReliabilityBin[]): Html {
  const spoken = bins.flatMap(({ from, to, photos, accuracy }) =>
    accuracy === null
      ? []
      : [
          `of ${photos} photos from ${percentText(from)} to ${percentText(to)}, ${percentText(accuracy)} are right`,
        ],
  );
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Reliability: ${spoken.join('; ')}.">
    ${[0, 0.25, 0.5, 0.75, 1].map(
      (
        level,
      ) => html`<path class="axis" d="M${frame.left} ${down(level).toFixed(1)}H${width - frame.right}"></path>
    <text class="soft" x="${frame.left - 8}" y="${(down(level) + 4).toFixed(1)}" text-anchor="end">${Math.round(level * 100)} %</text>
    <text class="soft" x="${across(level).toFixed(1)}" y="${height - 26}" text-anchor="middle">${Math.round(level * 100)} %</text>`,
    )}
    ${bins.map(({ from, to, photos, accuracy }) => {
      if (accuracy === null) return '';
      const left = across(from) + 2;
      const top = down(accuracy);
      return html`<rect class="column" x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${(across(to) - across(from) - 4).toFixed(1)}" height="${(down(0) - top).toFixed(1)}"></rect>
    <text class="soft" x="${((across(from) + across(to)) / 2).toFixed(1)}" y="${(top - 5).toFixed(1)}" text-anchor="middle">${photos}</text>`;
    })}
    <path class="second" d="M${across(0)} ${down(0)}L${across(1)} ${down(1)}"></path>
    <text class="soft" x="${(across(0.5)).toFixed(1)}" y="${height - 8}" text-anchor="middle">probability of the answer</text>
  </svg>`;
}
