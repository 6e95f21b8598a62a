/** The same app in Node.js, with what a deployed Worker has and workerd at home has not: a clock that stands still. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import taxonomyTable from '../../model/taxonomy.json' with { type: 'json' };
import { readAccessRules } from '../../src/access/rules.ts';
import { readConfig } from '../../src/config.ts';
import { classifyAnswer } from '../../src/contract/answers.ts';
import { createApp } from '../../src/http/app.ts';
import type { Analytics } from '../../src/http/parts.ts';
import { loadNetwork } from '../../src/mobilenet/network.ts';
import { readTaxonomy } from '../../src/mobilenet/taxonomy.ts';
import { readAssets } from '../../src/runtime/node.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));

type DataPoint = Parameters<Analytics['writeDataPoint']>[0];

describe('where the clock stands still during work', () => {
  const dataPoints: DataPoint[] = [];
  let app: ReturnType<typeof createApp>;
  beforeAll(async () => {
    const network = loadNetwork(await readAssets(inject('artifactPath')));
    app = createApp({
      config: readConfig({}),
      network: () => network,
      classes: classNames.map(({ names, wnid }) => ({ label: names[0], wnid })),
      taxonomy: readTaxonomy(taxonomyTable, classNames),
      access: readAccessRules({}),
      peerOf: () => '127.0.0.1',
      clock: { now: () => 0, wait: async () => {} },
      version: 'a version',
      analytics: { writeDataPoint: (point) => dataPoints.push(point) },
      log: () => {},
    });
  });

  test('Server-Timing says so, instead of zeros', async () => {
    const response = await app.request('http://localhost/v1/classify', {
      method: 'POST',
      body: daisy,
    });
    expect(classifyAnswer.parse(await response.json()).predictions).toHaveLength(5);
    expect(response.headers.get('Server-Timing')).toBe(
      'stages;desc="not measured: the clock of this platform stands still during work"',
    );
  });

  test('a data point tells what was asked and how it ended, and nothing of the photo', async () => {
    dataPoints.length = 0;
    const url = 'http://localhost/v1/classify?labels=daisy';
    await app.request(url, { method: 'POST', body: daisy });
    await app.request(url, { method: 'POST', body: 'text' });
    const [good, bad] = dataPoints;
    expect(good).toEqual({
      indexes: ['local'],
      blobs: ['POST', '/v1/classify', '200', '', 'mobilenet_v2_1.0_224', 'a version'],
      doubles: [0, 1, 0, daisy.length, 0],
    });
    expect(bad.blobs?.slice(2, 4)).toEqual(['415', 'unsupported-media-type']);
  });
});
