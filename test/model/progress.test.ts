import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ObtainEvent } from '../../model/obtain.ts';
import { megabytes, progressReporter } from '../../model/progress.ts';

const file = { name: 'weights.tflite', bytes: 4_000_000, sha256: '' };
const url = 'https://example.com/weights.tflite';

/** What is written for these events; a number lets so many milliseconds pass. */
async function written(isTTY: boolean, steps: (ObtainEvent | number)[]): Promise<string> {
  vi.useFakeTimers();
  const stream = Object.assign(new PassThrough(), { isTTY });
  const report = progressReporter(stream);
  for (const step of steps) {
    if (typeof step === 'number') vi.advanceTimersByTime(step);
    else report(step);
  }
  vi.useRealTimers();
  stream.end();
  return text(stream);
}

afterEach(() => {
  vi.useRealTimers();
});

describe('progress', () => {
  const began: ObtainEvent = { kind: 'download-began', file, url };
  const half: ObtainEvent = { kind: 'download-progressed', file, url, receivedBytes: 2_000_000 };
  const ended: ObtainEvent = { kind: 'download-ended', file, url };
  const failed: ObtainEvent = { kind: 'download-failed', file, url, reason: 'it sulks' };

  test('is two lines of a download in a log, however long it takes', async () => {
    expect(await written(false, [began, 10_000, half, 10_000, ended])).toBe(
      `Downloading weights.tflite (4.0 MB) from ${url}\nDownloaded weights.tflite (4.0 MB).\n`,
    );
  });

  test('is one line of a short download on a terminal', async () => {
    expect(await written(true, [began, half, 100, ended, 10_000])).toBe(
      'Downloaded weights.tflite (4.0 MB).\n',
    );
  });

  test('is a bar of a long download on a terminal, then a line', async () => {
    const output = await written(true, [began, 1_000, half, 1_000, ended, 10_000]);
    expect(output).toContain('50% of 4.0 MB');
    expect(output).toMatch(/Downloaded weights\.tflite \(4\.0 MB\)\.\n$/);
  });

  test('says why a download failed', async () => {
    const line = `Could not download ${url}: it sulks\n`;
    expect(await written(true, [began, 100, failed])).toBe(line);
    expect(await written(false, [began, 100, failed])).toMatch(new RegExp(`\\n${line}$`));
  });

  test('is one line of a copy', async () => {
    const copied: ObtainEvent = { kind: 'copied', file, from: '../mirror/weights.tflite' };
    for (const isTTY of [true, false]) {
      expect(await written(isTTY, [copied])).toBe('Copied ../mirror/weights.tflite (4.0 MB).\n');
    }
  });

  test('gives sizes in millions of bytes', () => {
    expect(megabytes(4_070_174)).toBe('4.1 MB');
  });
});
