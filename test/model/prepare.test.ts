import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { convert } from '../../model/convert.ts';
import { type Manifest, readManifest } from '../../model/manifest.ts';
import { mobilenetV2 } from '../../model/mobilenet-v2.ts';
import { SourcesFailed } from '../../model/obtain.ts';
import { mirrorFolders, type PrepareOptions, prepareArtifact } from '../../model/prepare.ts';
import { artifactFormat, openArtifact } from '../../src/mobilenet/artifact.ts';
import { send, serve } from './loopback-server.ts';
import { realTfliteFolder } from './real-tflite.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { writeTflite } from './tflite-writer.ts';

const projectFolder = resolve(import.meta.dirname, '../..');
const { bytes: tflite } = writeTflite(mobilenetV2(), { seed: 2 });

/** Of that file, from nowhere, and what becomes of it. */
const manifest = manifestOf(tflite, 'https://example.com/random.tflite');
const good = convert(manifest, tflite);

/** A manifest whose only sources are these addresses. */
function manifestOf(bytes: Uint8Array, ...sources: [string, ...string[]]): Manifest {
  return {
    model: 'mobilenet_v2_random',
    file: 'random.tflite',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    license: 'Apache-2.0',
    description: 'random weights',
    mirrors: [],
    sources,
    artifact: 'random.safetensors',
  };
}

/** Runs a preparation; what it writes is in `printed`. */
async function prepareQuietly(
  options: Omit<PrepareOptions, 'progress'>,
): Promise<{ path: string; printed: string }> {
  const progress = new PassThrough();
  const printed = text(progress);
  try {
    const path = await prepareArtifact({ env: {}, ...options, progress });
    progress.end();
    return { path, printed: await printed };
  } finally {
    progress.end();
  }
}

describe('preparing the artifact', () => {
  test('obtains the file and converts it', async () => {
    const server = await serve({ '/file': send(tflite) });
    const folder = await temporaryFolder();
    const manifest = manifestOf(tflite, server.url('/file'));
    const { path, printed } = await prepareQuietly({ folder, manifest });
    expect(path).toBe(join(folder, 'random.safetensors'));
    expect((await readdir(folder)).toSorted()).toEqual(['random.safetensors', 'random.tflite']);
    expect(printed).toBe(
      `Downloading random.tflite (${(tflite.length / 1e6).toFixed(1)} MB) from ${server.url('/file')}\n` +
        `Downloaded random.tflite (${(tflite.length / 1e6).toFixed(1)} MB).\n`,
    );

    const artifact = openArtifact(new Uint8Array(await readFile(path)).buffer);
    expect(artifact.blocks).toEqual(mobilenetV2());
    expect(artifact.metadata).toEqual({
      format: artifactFormat,
      model: 'mobilenet_v2_random',
      inputSize: 224,
      labelCount: 1000,
      license: 'Apache-2.0',
      source: server.url('/file'),
      sourceSha256: manifest.sha256,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('does nothing and prints nothing where the artifact is current', async () => {
    const server = await serve({ '/file': send(tflite) });
    const folder = await temporaryFolder();
    const manifest = manifestOf(tflite, server.url('/file'));
    const { path } = await prepareQuietly({ folder, manifest });
    const before = await stat(path);
    // Neither the .tflite file nor a mirror that is not there is looked at.
    await writeFile(join(folder, 'random.tflite'), 'not read');
    const again = await prepareQuietly({
      folder,
      manifest,
      env: { PETAL_MODEL_MIRROR: 'nowhere' },
    });
    expect(again).toEqual({ path, printed: '' });
    expect(server.requests('/file')).toBe(1);
    const after = await stat(path);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  test.each<[string, (artifact: Uint8Array) => Uint8Array]>([
    ['is damaged in its weights', (artifact) => flipped(artifact, artifact.length - 2_000_000)],
    // The classifier's 1001 outputs are padded to 1008.
    ['is damaged between its weights', (artifact) => flipped(artifact, artifact.length - 1)],
    ['is damaged in its biases', (artifact) => flipped(artifact, artifact.length - 3_503_000)],
    ['is damaged in its scales', (artifact) => flipped(artifact, artifact.length - 3_508_000)],
    [
      'has another plan',
      (artifact) => replaced(artifact, '"arenaBytes\\\\":1', '"arenaBytes\\\\":2'),
    ],
    ['is damaged in its header', (artifact) => flipped(artifact, 40)],
    ['is cut short', (artifact) => artifact.subarray(0, -1)],
    ['has something after its end', (artifact) => Buffer.concat([artifact, Buffer.of(0)])],
    ['is empty', () => new Uint8Array(0)],
    ['is of another format', (artifact) => replaced(artifact, artifactFormat, 'petal-backbone/0')],
    [
      'has two tensors in each other’s place',
      (artifact) => replaced(artifact, 'block04.expand.', 'block05.expand.'),
    ],
    [
      'comes from another file',
      () => convert(manifestOf(Buffer.from('other'), 'https://example.com/other'), tflite),
    ],
  ])('makes it anew where the old one %s', async (_, damage) => {
    const folder = await temporaryFolder();
    const mirror = await temporaryFolder();
    await writeFile(join(mirror, manifest.file), tflite);
    const path = join(folder, manifest.artifact);
    await writeFile(path, damage(good));
    const env = { PETAL_MODEL_MIRROR: mirror };
    const { printed } = await prepareQuietly({ folder, manifest, env });
    expect((await readFile(path)).equals(good)).toBe(true);
    expect(printed).toMatch(/^Copied .*random\.tflite/);
  });

  test('leaves no artifact where the file holds another network', async () => {
    const { bytes } = writeTflite(mobilenetV2().slice(0, -2));
    const server = await serve({ '/file': send(bytes) });
    const folder = await temporaryFolder();
    const manifest = manifestOf(bytes, server.url('/file'));
    await expect(prepareQuietly({ folder, manifest })).rejects.toThrow(
      'This is not MobileNetV2 1.0 at 224: the operator of layer embedding should be "CONV_2D" but is "RESHAPE".',
    );
    expect(await readdir(folder)).toEqual(['random.tflite']);
  });

  test('says which sources failed', async () => {
    const server = await serve({});
    const folder = await temporaryFolder();
    const manifest = manifestOf(tflite, server.url('/file'));
    await expect(prepareQuietly({ folder, manifest })).rejects.toThrow(SourcesFailed);
    expect(await readdir(folder)).toEqual([]);
  });

  test('may be done by several at once', async () => {
    const server = await serve({ '/file': send(tflite) });
    const folder = await temporaryFolder();
    const manifest = manifestOf(tflite, server.url('/file'));
    const paths = await Promise.all(
      Array.from({ length: 4 }, async () => (await prepareQuietly({ folder, manifest })).path),
    );
    expect(new Set(paths).size).toBe(1);
    expect((await readdir(folder)).toSorted()).toEqual(['random.safetensors', 'random.tflite']);
    expect((await readFile(paths[0])).equals(convert(manifest, tflite))).toBe(true);
  });
});

function flipped(artifact: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(artifact);
  copy[at] ^= 1;
  return copy;
}

/** Swaps two texts of one length wherever they stand; the layer table and the rows alike. */
function replaced(artifact: Uint8Array, a: string, b: string): Uint8Array {
  const swapped = Buffer.from(artifact)
    .toString('latin1')
    .replaceAll(new RegExp(`${a}|${b}`, 'g'), (found) => (found === a ? b : a));
  return Buffer.from(swapped, 'latin1');
}

describe('converting', () => {
  test('gives the same bytes for the same input', () => {
    expect(Buffer.compare(convert(manifest, new Uint8Array(tflite)), good)).toBe(0);
  });

  test('gives other bytes for other weights', () => {
    const { bytes } = writeTflite(mobilenetV2(), { seed: 3 });
    expect(Buffer.compare(convert(manifest, bytes), good)).not.toBe(0);
  });

  test('gives about 3.7 MB', () => {
    expect(good.length / 1e6).toBeCloseTo(3.69, 2);
  });
});

describe('mirror folders', () => {
  const manifest = { mirrors: ['../shared/models'] };

  test('are the manifest’s where PETAL_MODEL_MIRROR is not set', () => {
    expect(mirrorFolders(manifest, {})).toEqual([resolve(projectFolder, '../shared/models')]);
  });

  test('are none where it is empty', () => {
    expect(mirrorFolders(manifest, { PETAL_MODEL_MIRROR: '' })).toEqual([]);
  });

  test('are all that it lists, in its order', () => {
    const PETAL_MODEL_MIRROR = ['../b', resolve('/a'), ''].join(delimiter);
    expect(mirrorFolders(manifest, { PETAL_MODEL_MIRROR })).toEqual([
      resolve(projectFolder, '../b'),
      resolve('/a'),
    ]);
  });
});

describe('the manifest', () => {
  test('is valid, and names two public addresses at one commit', async () => {
    const { sources, artifact, license } = await readManifest();
    expect(sources).toHaveLength(2);
    for (const source of sources) expect(source).toMatch(/\/[0-9a-f]{40}\/[\w.]+\.tflite$/);
    expect(artifact).toBe('mobilenet_v2_1.0_224.safetensors');
    expect(license).toBe('Apache-2.0');
  });

  test.each([
    ['a file outside the folder', { file: '../weights.tflite' }, 'must be a plain file name'],
    ['half a hash', { sha256: 'abc' }, 'must be 64 lower-case hex digits'],
    ['no addresses', { sources: [] }, 'sources'],
    ['a field of no meaning', { flie: 'weights.tflite' }, 'flie'],
  ])('is refused with %s, by the name of the field', async (_, change, sentence) => {
    const path = join(await temporaryFolder(), 'manifest.json');
    await writeFile(path, JSON.stringify({ ...(await readManifest()), ...change }));
    await expect(readManifest(path)).rejects.toThrow(sentence);
  });
});

describe.skipIf(realTfliteFolder === undefined)('the real file', () => {
  test('is copied from a mirror and becomes an artifact of 3.7 MB', async () => {
    const folder = await temporaryFolder();
    const manifest = await readManifest();
    const env = { PETAL_MODEL_MIRROR: realTfliteFolder };
    const { path, printed } = await prepareQuietly({ folder, manifest, env });
    expect(printed).toMatch(/^Copied .*tf2_mobilenet_v2_1\.0_224_ptq\.tflite \(4\.1 MB\)\.\n$/);
    expect((await stat(path)).size / 1e6).toBeCloseTo(3.69, 2);
    expect((await readdir(folder)).toSorted()).toEqual(
      [manifest.artifact, manifest.file].toSorted(),
    );
  });
});
