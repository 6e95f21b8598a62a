import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type CustomModel, writeModelFile } from '../../src/classes/model-file.ts';
import type { ClassifyAnswer } from '../../src/contract/answers.ts';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { customModel } from '../support/custom-model.ts';
import { type LocalPage, openLocalPage } from './local-page.ts';

const executablePath = chromiumPath();
const photos = inject('validPhotos').filter(({ format }) => format === 'jpeg');

describe.runIf(executablePath !== null)('a user’s model in Chromium', () => {
  let petal: Petal;
  let browser: Browser;
  let local: LocalPage;
  let artifact: Artifact;

  beforeAll(async () => {
    artifact = openArtifact(new Uint8Array(await readFile(inject('artifactPath'))).buffer);
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
    local = await openLocalPage(await browser.newContext(), petal.url);
    await local.load();
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
  });

  async function post(path: string, body?: Uint8Array<ArrayBuffer>, method = 'POST') {
    const response = await petal.fetch(path, { method, ...(body ? { body } : {}) });
    expect(response.ok, await response.clone().text()).toBe(true);
    return response;
  }

  /** Photos of two labels, trained over HTTP. */
  async function train(name: string, mode: string): Promise<void> {
    for (const [i, { base64 }] of photos.slice(0, 6).entries()) {
      const label = i % 2 === 0 ? 'even' : 'odd';
      const body = Uint8Array.fromBase64(base64);
      await post(`/v1/models/${name}/examples?label=${label}`, body);
    }
    await post(`/v1/models/${name}/train?mode=${mode}`);
  }

  /** The last blocks of the backbone with other weights, below a head. */
  async function publishTuned(name: string): Promise<void> {
    const { model: backbone, sha256 } = artifact.metadata;
    const model = customModel({ model: backbone, sha256 }, 3, ['even', 'odd']);
    const blocks = artifact.blocks.slice(-4, -1);
    const tuned: CustomModel = {
      ...model,
      manifest: { ...model.manifest, firstTunedBlock: blocks[0].name },
      tail: {
        sha256: '',
        blocks,
        weightsOf(layer) {
          const { scales, ...others } = artifact.weightsOf(layer);
          return { ...others, scales: scales.map((scale, i) => (i % 2 ? scale * 1.2 : scale)) };
        },
      },
    };
    await post(`/v1/models/${name}`, writeModelFile(tuned), 'PUT');
  }

  async function fileOf(name: string): Promise<string> {
    const response = await petal.fetch(`/v1/models/${name}/file`);
    return new Uint8Array(await response.arrayBuffer()).toBase64();
  }

  test.for([
    ['softmax', (name: string) => train(name, 'softmax')],
    ['knn', (name: string) => train(name, 'knn')],
    ['tuned', publishTuned],
  ] as const)('answers as on the server (%s)', async ([name, publish]) => {
    await publish(name);
    const model = { name, version: 1, base64: await fileOf(name) };
    for (const { name: file, base64 } of photos) {
      const path = `/v1/classify?model=${name}&include=heatmap`;
      const response = await post(path, Uint8Array.fromBase64(base64));
      const expected = (await response.json()) as ClassifyAnswer;
      const here = await local.classify(base64, { heatmaps: true }, model);
      if (!('answer' in here)) throw new Error(here.sentence);
      expect(here.answer, file).toMatchObject({ model: name, version: 1 });
      expect(here.answer.unknown, file).toBe(expected.unknown);
      for (const { label, probability, heatmap } of expected.predictions) {
        const same = here.answer.predictions.find((prediction) => prediction.label === label);
        expect(Math.abs((same?.probability ?? 2) - probability), file).toBeLessThan(1e-3);
        expect(same?.heatmap?.flat(), file).toHaveLength(heatmap?.flat().length ?? 0);
      }
    }
  });

  test('refuses a file that is no model, and one for another backbone, as the server does', async () => {
    const [{ base64 }] = photos;
    const foreign = customModel({ model: 'another', sha256: '0'.repeat(64) }, 1);
    const files = { damaged: Uint8Array.of(1, 2, 3), foreign: writeModelFile(foreign) };
    for (const [name, body] of Object.entries(files)) {
      const response = await petal.fetch(`/v1/models/${name}`, { method: 'PUT', body });
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      const model = { name, version: 1, base64: body.toBase64() };
      expect(await local.classify(base64, {}, model)).toEqual({ code, sentence: detail });
    }
    expect(await local.classify(base64)).toHaveProperty('answer');
  });

  test('says nothing in the console', () => {
    expect(local.failures).toEqual([]);
  });
});
