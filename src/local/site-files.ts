import { LocalError } from './local-error.ts';
import type { SiteFile } from './local-files.ts';

/** In Cache Storage of the page's origin, by the address of each file. */
export const cacheName = 'petal-network';

export interface ReadOptions {
  /** Petal's address. */
  readonly url: URL;
  /** Files that stay where they are kept; others of this Petal are from former versions. */
  readonly current: readonly SiteFile[];
  /** Is told how much of the download is there; not at all where nothing has to be downloaded. */
  onProgress(loadedBytes: number, totalBytes: number): void;
}

export interface ReadFiles {
  /** In the order of the files. */
  readonly contents: readonly ArrayBuffer[];
  /** Why they will be downloaded again the next time; missing where they are kept. */
  readonly notKept?: string;
}

/**
 * Reads files of the site: from Cache Storage, or downloads and keeps them. A file is kept when all of
 * it is there and its hash is right, and never before.
 *
 * Without Cache Storage, which only secure origins have, the browser's HTTP cache keeps them as it
 * sees fit.
 *
 * @throws LocalError `local-unavailable` where a file can't be had as it should be
 */
export async function readSiteFiles(
  files: readonly SiteFile[],
  { url, current, onProgress }: ReadOptions,
): Promise<ReadFiles> {
  const cache = await openCache();
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const kept = await Promise.all(files.map((file) => readKept(cache, url, file)));
  let loadedBytes = kept.reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
  const onChunk = (bytes: number): void => {
    loadedBytes += bytes;
    onProgress(loadedBytes, totalBytes);
  };
  const contents = await Promise.all(
    files.map(async (file, i) => kept[i] ?? (await download(url, file, onChunk))),
  );
  if (cache === undefined) return { contents };
  const fresh = files.filter((_, i) => kept[i] === undefined);
  try {
    await removeFormer(cache, url, current);
    await Promise.all(fresh.map((file) => keep(cache, url, file, contents[files.indexOf(file)])));
    return { contents };
  } catch {
    // The network runs without being kept, too.
    const notKept = `The browser did not keep the network (${megabytes(totalBytes)} MB), for want of room or permission, so that it is downloaded again the next time.`;
    return { contents, notKept };
  }
}

async function openCache(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(cacheName);
  } catch {
    // Some browsers refuse it in private windows, or where cookies are blocked.
    return undefined;
  }
}

/** @returns undefined where it is not there as it should be */
async function readKept(
  cache: Cache | undefined,
  url: URL,
  file: SiteFile,
): Promise<ArrayBuffer | undefined> {
  try {
    const response = await cache?.match(addressOf(file, url));
    const contents = await response?.arrayBuffer();
    return contents !== undefined && (await isRight(contents, file)) ? contents : undefined;
  } catch {
    // What can't be read is as good as missing.
    return undefined;
  }
}

async function keep(cache: Cache, url: URL, file: SiteFile, contents: ArrayBuffer): Promise<void> {
  const headers = { 'Content-Type': 'application/octet-stream' };
  await cache.put(addressOf(file, url), new Response(contents, { headers }));
}

async function removeFormer(cache: Cache, url: URL, current: readonly SiteFile[]): Promise<void> {
  const addresses = new Set(current.map((file) => addressOf(file, url)));
  for (const request of await cache.keys()) {
    const isOfThisPetal = new URL(request.url).origin === url.origin;
    if (isOfThisPetal && !addresses.has(request.url)) await cache.delete(request);
  }
}

async function download(
  url: URL,
  file: SiteFile,
  onChunk: (bytes: number) => void,
): Promise<ArrayBuffer> {
  const contents = await receive(url, file, {}, onChunk);
  if (await isRight(contents, file)) return contents;
  // What the HTTP cache has may be damaged, and would be for a year.
  onChunk(-contents.byteLength);
  const again = await receive(url, file, { cache: 'reload' }, onChunk);
  if (await isRight(again, file)) return again;
  throw new LocalError(
    'local-unavailable',
    `The network was damaged on its way: the SHA-256 of ${addressOf(file, url)} is not the one that this page expects. Reload the page, and try again.`,
  );
}

/** The bytes of a file, as many as it should have. */
async function receive(
  url: URL,
  file: SiteFile,
  init: RequestInit,
  onChunk: (bytes: number) => void,
): Promise<ArrayBuffer> {
  const address = addressOf(file, url);
  const contents = new Uint8Array(file.bytes);
  let length: number | undefined;
  try {
    const response = await fetch(address, init);
    if (!response.ok) {
      throw new LocalError(
        'local-unavailable',
        `The network could not be downloaded: ${address} was answered with the status ${response.status}. Reload the page, and try again.`,
      );
    }
    length = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      if (value === undefined || length + value.length > file.bytes) break;
      contents.set(value, length);
      length += value.length;
      onChunk(value.length);
    }
  } catch (cause) {
    if (cause instanceof LocalError) throw cause;
    throw new LocalError('local-unavailable', brokenOff(url, file, length), { cause });
  }
  if (length < file.bytes) {
    throw new LocalError('local-unavailable', brokenOff(url, file, length));
  }
  return contents.buffer;
}

/** @param length of what has arrived; undefined where there was no answer */
function brokenOff({ host }: URL, { bytes }: SiteFile, length: number | undefined): string {
  const what =
    length === undefined
      ? `${host} could not be reached`
      : `the connection to ${host} broke off after ${megabytes(length)} of ${megabytes(bytes)} MB`;
  return `The network could not be downloaded: ${what}. Check the connection, and try again.`;
}

/** Only secure origins can hash; elsewhere the length has to do. */
async function isRight(contents: ArrayBuffer, { bytes, sha256 }: SiteFile): Promise<boolean> {
  if (contents.byteLength !== bytes) return false;
  const subtle: SubtleCrypto | undefined = globalThis.crypto.subtle;
  if (subtle === undefined) return true;
  const hash = new Uint8Array(await subtle.digest('SHA-256', contents));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') === sha256;
}

function addressOf({ path }: SiteFile, url: URL): string {
  return new URL(path, url).href;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
