import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Attempt } from './attempt.ts';
import { Cases } from './cases.ts';
import { formatReport } from './report.ts';
import { groupFailures, Summary } from './summary.ts';

const fine: Attempt = {
  outcome: 'decoded',
  defects: [],
  pixels: 1_000_000,
  memoryBytes: 1000,
  announcedBytes: 2000,
  durationMs: 10,
};
const file = { name: 'a.jpg', format: 'jpeg', bytes: new Uint8Array(500), weight: 1 };
const cases = new Cases(1, [file]);

function report(summary: Summary): string {
  return stripVTControlCharacters(formatReport(1, cases, summary));
}

test('counts outcomes by format', () => {
  const summary = new Summary(2000);
  summary.add(0, 'jpeg', fine);
  summary.add(1, 'jpeg', { ...fine, outcome: 'truncated', memoryBytes: 5000 });
  summary.add(2, 'png', { ...fine, outcome: 'image-too-large' });
  expect(summary.failures).toEqual([]);
  expect(summary.byFormat.get('jpeg')).toMatchObject({
    cases: 2,
    outcomes: { decoded: 1, truncated: 1, failed: 0 },
    memoryBytes: 5000,
  });
  expect(report(summary)).toContain('Every case came to pixels or to a refusal');
});

test('takes a case that is too slow for a failure', () => {
  const summary = new Summary(2000);
  summary.add(0, 'jpeg', { ...fine, durationMs: 2001 });
  expect(summary.failures).toEqual([
    { number: 0, defects: [expect.stringMatching(/^It took 2\.0 s/)] },
  ]);
});

test('keeps the ten slowest cases, the slowest first', () => {
  const summary = new Summary(2000);
  for (let number = 0; number < 100; number++) {
    summary.add(number, 'jpeg', { ...fine, durationMs: (number * 37) % 100 });
  }
  const durations = summary.slowest.map(({ durationMs }) => durationMs);
  expect(durations).toEqual([99, 98, 97, 96, 95, 94, 93, 92, 91, 90]);
});

test('groups failures of one defect, and says how to run them again', () => {
  const summary = new Summary(2000);
  const taking = (bytes: number): string => `Decoding took ${bytes} bytes of memory.`;
  summary.add(3, 'jpeg', { ...fine, defects: [taking(1)] });
  summary.add(4, 'jpeg', { ...fine, outcome: 'failed', defects: ['TypeError: x\n    at y'] });
  summary.add(5, 'jpeg', { ...fine, defects: [taking(20)] });
  expect(groupFailures(summary.failures)).toEqual([
    { defect: taking(1), numbers: [3, 5] },
    { defect: 'TypeError: x\n    at y', numbers: [4] },
  ]);
  expect(report(summary)).toContain('npm run fuzz -- --seed 1 --case 5');
  expect(report(summary)).toContain('3 cases FAILED, in 2 ways.');
});
