import { hash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { replaceFile } from '../../model/replace-file.ts';
import type { Augmentation } from '../image/augmentation.ts';
import type { ReadingOptions } from './photo-task.ts';

/** What makes a reading what it is, beside the code and the network. */
export interface CacheKey extends ReadingOptions {
  /** Of the photo's file, in hexadecimal. */
  readonly sha256: string;
  readonly augmentation: Augmentation;
}

/** Readings on disk, by what they are of. */
export interface PhotoCache {
  /** @returns undefined where there is none, or a damaged one */
  get(key: CacheKey): Promise<Float32Array | undefined>;
  put(key: CacheKey, values: Float32Array): Promise<void>;
  /** Removes what was not used for longest, until no more is left than the cache may hold. */
  prune(): Promise<void>;
}

/** What the cache may hold, in bytes: the embeddings of 200,000 photos. */
export const maxCacheBytes = 1e9;

const hashBytes = 32;

/**
 * Where caches belong: XDG_CACHE_HOME (https://specifications.freedesktop.org/basedir-spec/),
 * or the platform's own folder for them.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'petal');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'petal');
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'petal', 'Cache');
  return join(homedir(), '.cache', 'petal');
}

/**
 * Opens a cache; makes its folder when something is put into it.
 *
 * An entry is a file: the SHA-256 of the values, then the values as
 * little-endian float32. It is there whole or not at all.
 *
 * @param folder see {@link cacheFolder}
 * @param version of what the values follow from beside the key: the network's hash and that of the code
 * @param warn is told, once, that nothing can be kept; reading goes on without
 */
export function openPhotoCache(
  folder: string,
  version: string,
  warn: (message: string) => void,
): PhotoCache {
  let isWritable = true;

  function pathOf(key: CacheKey): string {
    const {
      sha256,
      want,
      fit,
      augmentation: { scale, x, y, mirrored },
    } = key;
    const name = hash(
      'sha256',
      JSON.stringify([version, sha256, want, fit, scale, x, y, mirrored]),
    );
    // Folders of tens of thousands of files are slow on some file systems.
    return join(folder, name.slice(0, 2), name.slice(2));
  }

  return {
    async get(key) {
      const path = pathOf(key);
      const entry = await readFile(path).catch(() => undefined);
      if (entry === undefined || entry.length <= hashBytes) return undefined;
      const values = entry.subarray(hashBytes);
      if (hash('sha256', values, 'hex') !== entry.toString('hex', 0, hashBytes)) return undefined;
      const now = new Date();
      // Only tells `prune` what is in use; a cache that can't be written to can still be read.
      await utimes(path, now, now).catch(() => undefined);
      return new Float32Array(new Uint8Array(values).buffer);
    },

    async put(key, values) {
      if (!isWritable) return;
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      try {
        await replaceFile(pathOf(key), async (handle) => {
          await handle.write(hash('sha256', bytes, 'buffer'));
          await handle.write(bytes);
        });
      } catch (error) {
        if (isWritable) warn(`Nothing is kept for the next time: ${sentenceOf(error)}`);
        isWritable = false;
      }
    },

    async prune() {
      const entries = await listEntries(folder);
      entries.sort((a, b) => b.usedMs - a.usedMs);
      let kept = 0;
      for (const { path, bytes } of entries) {
        kept += bytes;
        if (kept > maxCacheBytes) await rm(path, { force: true });
      }
    },
  };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One file of the cache. */
interface Entry {
  readonly path: string;
  readonly bytes: number;
  /** When it was last used, in milliseconds since 1970. */
  readonly usedMs: number;
}

async function listEntries(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const entries: Entry[] = [];
  for (const entry of found) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // Another process may have removed it just now.
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined) entries.push({ path, bytes: facts.size, usedMs: facts.mtimeMs });
  }
  return entries;
}

/** What a cache's folder holds. */
export async function measureCache(folder: string): Promise<{ files: number; bytes: number }> {
  const entries = await listEntries(folder);
  return { files: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}
