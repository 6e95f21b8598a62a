import { hash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheFolder, openPhotoCache } from '../../src/cli/photo-cache.ts';
import { unaugmented } from '../../src/image/augmentation.ts';
import { makeScratch, type Scratch } from './petal.ts';

const key = {
  sha256: hash('sha256', 'photo'),
  want: 'embedding',
  fit: 'crop',
  augmentation: unaugmented,
} as const;
const values = Float32Array.of(1, 2.5, -0);

let scratch: Scratch;
beforeEach(async () => {
  scratch = await makeScratch();
});
afterEach(async () => {
  await scratch.remove();
});

describe('the cache of what the network made of photos', () => {
  test('gives back what was put into it, for the same question only', async () => {
    const cache = openPhotoCache(scratch.folder, 'version 1', expect.unreachable);
    await cache.put(key, values);
    expect(await cache.get(key)).toEqual(values);
    for (const other of [
      { ...key, sha256: hash('sha256', 'other') },
      { ...key, want: { activationBefore: 'block17' } },
      { ...key, fit: 'pad' as const },
      { ...key, augmentation: { ...unaugmented, mirrored: true } },
    ]) {
      expect(await cache.get(other)).toBeUndefined();
    }
    const newer = openPhotoCache(scratch.folder, 'version 2', expect.unreachable);
    expect(await newer.get(key)).toBeUndefined();
  });

  test('takes a damaged entry for none', async () => {
    const cache = openPhotoCache(scratch.folder, '', expect.unreachable);
    await cache.put(key, values);
    const [path] = globSync('*/*', { cwd: scratch.folder }).map((name) =>
      join(scratch.folder, name),
    );
    const entry = await readFile(path);
    for (const damaged of [entry.subarray(0, 20), entry.subarray(0, -4), entry.with(40, 77)]) {
      await writeFile(path, damaged);
      expect(await cache.get(key)).toBeUndefined();
    }
    await cache.put(key, values);
    expect(await cache.get(key)).toEqual(values);
  });

  test('says once that nothing can be kept, and goes on', async () => {
    await scratch.put('file', new Uint8Array(1));
    const warn = vi.fn();
    const cache = openPhotoCache(join(scratch.folder, 'file'), '', warn);
    await cache.put(key, values);
    await cache.put(key, values);
    expect(warn).toHaveBeenCalledOnce();
    expect(await cache.get(key)).toBeUndefined();
  });

  test('lies where the platform keeps caches', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/caches' }, 'linux')).toBe(join('/caches', 'petal'));
    expect(cacheFolder({}, 'linux')).toMatch(/[\\/]\.cache[\\/]petal$/);
    expect(cacheFolder({}, 'darwin')).toMatch(/[\\/]Caches[\\/]petal$/);
  });
});
