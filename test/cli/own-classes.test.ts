/** From folders of photos to answers, as a person does it: each test runs the command itself. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import axe from 'axe-core';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { listClassFolder } from '../../src/cli/class-folder.ts';
import { formatTraining } from '../../src/cli/format-training.ts';
import { trainFolder } from '../../src/cli/train.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { openSafetensors } from '../../src/safetensors.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { putScenes, sceneLabels } from './class-photos.ts';
import { makeScratch, petal, type Scratch } from './petal.ts';

let scratch: Scratch;
const inScratch = (...path: string[]): string => join(scratch.folder, ...path);

/** What `train --json` prints, as far as it is asked for here. */
interface Trained {
  readonly version: number;
  readonly file: string;
  readonly fromCache: number;
  readonly photos: number;
}

async function train(...options: string[]): Promise<Trained> {
  const heads = ['--out', inScratch('heads'), '--json'];
  const { code, out, err } = await petal('train', inScratch('scenes'), ...heads, ...options);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

/** The numbers in a model's file. */
async function readHead(file: string) {
  const bytes = await readFile(inScratch('heads', 'scenes', file));
  const { metadata, float32 } = openSafetensors(new Uint8Array(bytes).buffer);
  const { createdAt: _, ...manifest } = JSON.parse(metadata.manifest);
  return {
    manifest,
    weights: float32('head.weights', [3, 1280]),
    biases: float32('head.biases', [3]),
  };
}

/** What `classify --json` says of photos: probabilities by label, in their order. */
async function classifyByCommand(photos: readonly string[]): Promise<Record<string, number>[]> {
  const model = ['--model', inScratch('heads', 'scenes')];
  const { code, out, err } = await petal('classify', ...photos, ...model, '--json');
  expect(code, err).toBe(0);
  const { results } = JSON.parse(out) as { results: { predictions: LabelProbability[] }[] };
  return results.map(({ predictions }) => byLabel(predictions));
}

interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

function byLabel(predictions: readonly LabelProbability[]): Record<string, number> {
  return Object.fromEntries(predictions.map(({ label, probability }) => [label, probability]));
}

describe.runIf(inject('trained'))('classes of one’s own', () => {
  let first: Trained;
  beforeAll(async () => {
    scratch = await makeScratch();
    process.env.XDG_CACHE_HOME = inScratch('cache');
    await putScenes(scratch, 'scenes', 6);
    first = await train();
  });
  afterAll(async () => {
    delete process.env.XDG_CACHE_HOME;
    await scratch.remove();
  });

  test('are trained on folders, and written with a manifest and a report', async () => {
    expect(first).toMatchObject({
      name: 'scenes',
      version: 1,
      labels: sceneLabels,
      photos: 18,
      fromCache: 0,
      refused: [],
      conflicts: [],
      metrics: { folds: 5, photos: 18, labels: [{ label: 'candle', photos: 6 }, {}, {}] },
      training: { examples: [6, 6, 6], seed: 0 },
    });
    const files = await readdir(inScratch('heads', 'scenes'));
    expect(files.sort()).toEqual(['manifest.json', 'report.html', 'scenes@1.safetensors']);
  });

  test('are trained again out of the cache, to the same numbers, beside the older version', async () => {
    const again = await train();
    expect(again).toMatchObject({ version: 2, fromCache: 18 });
    expect(await readHead(again.file)).toEqual(await readHead(first.file));
    const manifest = JSON.parse(await readFile(inScratch('heads/scenes/manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ version: 2, file: again.file, labels: sceneLabels });
    expect(manifest.versions.map(({ file }: Trained) => file)).toEqual([first.file, again.file]);
  });

  describe('asked over HTTP', () => {
    let server: Petal;
    beforeAll(async () => {
      server = await startPetal({ bundle: inject('bundle') });
    });
    afterAll(async () => {
      await server.dispose();
    });

    test('give the probabilities that the command gives', async () => {
      const model = inScratch('heads', 'scenes');
      const pushed = await petal('push', model, '--to', server.url.origin);
      expect(pushed.code, pushed.err).toBe(0);
      const [, address] = /'(http\S+)'/.exec(pushed.out) ?? [];
      const photos = sceneLabels.map((label) => inScratch('scenes', label, '0.png'));
      const expected = await classifyByCommand(photos);
      for (const [place, photo] of photos.entries()) {
        const body = await readFile(photo);
        const response = await fetch(address, { method: 'POST', body });
        const { predictions } = (await response.json()) as { predictions: LabelProbability[] };
        expect(predictions[0].label).toBe(sceneLabels[place]);
        for (const [label, probability] of Object.entries(byLabel(predictions))) {
          expect(probability).toBeCloseTo(expected[place][label], 4);
        }
      }
    });

    test('are refused with the server’s own sentence', async () => {
      const model = inScratch('heads', 'scenes');
      const keys = [await describeKey(makeKey(), 'trainer', ['train'])];
      await using withKeys = await startPetal({
        bundle: inject('bundle'),
        bindings: { PETAL_API_KEYS: JSON.stringify(keys) },
      });
      const to = ['--to', withKeys.url.origin, '--key', 'wrong'];
      const { code, err } = await petal('push', model, ...to);
      expect(code).toBe(1);
      expect(err).toMatch(/refuses the model: .*key.* PETAL_API_KEY/s);
    });
  });

  test('are drawn in a sheet, right and wrong ones marked', async () => {
    // One photo in the wrong folder.
    await scratch.put('mixed/daisy/1.png', await readFile(inScratch('scenes/daisy/1.png')));
    await scratch.put('mixed/candle/1.png', await readFile(inScratch('scenes/golf-ball/1.png')));
    const output = inScratch('sheet.png');
    const page = inScratch('sheet.html');
    const { code, out, err } = await petal(
      ...['sheet', inScratch('mixed'), '-n', '10', '-o', output, '-o', page],
      ...['--model', inScratch('heads', 'scenes')],
    );
    expect(code, err).toBe(0);
    expect(out).toContain('2 photos, 1 of 2 right');
    const { width, height, data, channels } = decode(await readFile(output));
    expect([width, height]).toEqual([952, 868]);
    const colors = new Set<string>();
    for (let at = 0; at < data.length; at += channels) {
      colors.add([data[at], data[at + 1], data[at + 2]].join());
    }
    // The marks' green and red, as src/cli/sheet-picture.ts has them in light colours.
    expect(colors).toContain('26,127,55');
    expect(colors).toContain('179,38,30');
  });

  const executablePath = chromiumPath();
  test.runIf(executablePath !== null)(
    'are reported on pages that break no rule of accessibility, and ask nobody for anything',
    async () => {
      const browser = await launchChromium(executablePath ?? '');
      const report = inScratch('heads/scenes/report.html');
      for (const [path, colorScheme] of [
        [report, 'light'],
        [report, 'dark'],
        [inScratch('sheet.html'), 'dark'],
      ] as const) {
        const page = await browser.newPage({ colorScheme });
        const asked: string[] = [];
        page.on('request', (request) => asked.push(new URL(request.url()).protocol));
        const said: string[] = [];
        page.on('console', (message) => said.push(message.text()));
        await page.goto(`file://${path}`);
        expect(await page.getByRole('img').count()).toBeGreaterThan(1);
        expect(said).toEqual([]);
        expect(asked.filter((protocol) => !['file:', 'data:'].includes(protocol))).toEqual([]);
        await page.evaluate(axe.source);
        const failures = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
          return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
        });
        expect(failures).toEqual([]);
        await page.close();
      }
      await browser.close();
    },
  );

  test('are trained on what is left of a folder, and what is not is told', async () => {
    const photo = (label: string, name: string) => readFile(inScratch('scenes', label, name));
    for (const label of ['candle', 'golf-ball']) {
      for (const name of ['0.png', '1.png', '2.png']) {
        await scratch.put(`mess/${label}/${name}`, await photo(label, name));
      }
    }
    await scratch.put('mess/candle/.hidden.png', new Uint8Array(3));
    await scratch.put('mess/candle/notes.txt', new Uint8Array(3));
    await scratch.put('mess/.git/x.png', new Uint8Array(3));
    await scratch.put('mess/stray.png', await photo('daisy', '0.png'));
    await scratch.put('mess/candle/deeper/again.png', await photo('candle', '0.png'));
    await scratch.put('mess/candle/both.png', await photo('daisy', '1.png'));
    await scratch.put('mess/golf-ball/both.png', await photo('daisy', '1.png'));
    await scratch.put(
      'mess/golf-ball/damaged.png',
      (await photo('daisy', '2.png')).subarray(0, 99),
    );
    const heads = ['--out', inScratch('heads'), '--name', 'tidied'];
    const { code, out, err } = await petal('train', inScratch('mess'), ...heads);
    expect(code, err).toBe(0);
    expect(out).toMatch(/^6 photos of 2 classes/);
    expect(out).toContain('can not be read (1)\n  golf-ball/damaged.png: ');
    expect(out).toContain('in two classes (1)\n  candle/both.png = golf-ball/both.png');
    expect(out).toContain('candle/deeper/again.png is the same photo as candle/0.png');
    expect(out).toContain('1 photos beside the folders');
    expect(out).toMatch(/Validation accuracy {2}\d+\.\d %/);
  });

  test('can be had from one photo of each, unmeasured', async () => {
    for (const label of sceneLabels) {
      const photo = await readFile(inScratch('scenes', label, '0.png'));
      await scratch.put(`single/${label}/0.png`, photo);
    }
    const training = await trainFolder(
      await readAssets(inject('artifactPath')),
      await listClassFolder(inScratch('single')),
      { seed: 0, folds: 5, mode: 'auto', views: 1 },
    );
    expect(training.manifest.head.kind).toBe('knn');
    expect(formatTraining(training)).toContain(
      'Not measured: one photo is all there is of candle, daisy, golf-ball',
    );
  });

  test('fail with a sentence, and leave nothing behind, where they can not be had', async () => {
    await scratch.put('unreadable/candle/0.png', await readFile(inScratch('scenes/candle/0.png')));
    await scratch.put('unreadable/daisy/0.png', new Uint8Array(9));
    for (const [folder, out, sentence] of [
      ['unreadable', 'heads', 'The class "daisy" has no photo that can be read'],
      ['scenes', 'unreadable/daisy/0.png', "The model can't be written to"],
    ]) {
      const { code, err } = await petal('train', inScratch(folder), '--out', inScratch(out));
      expect(code).toBe(1);
      expect(err).toContain(sentence);
      expect(err).not.toContain('    at ');
    }
    expect(await readdir(inScratch('heads', 'unreadable'))).toEqual([]);
  });
});
