/** Obtains a known file from the first of its sources that has it. */
import { access } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DownloadFailed, type DownloadOptions, download } from './download.ts';
import { byteCount, copyWanted, verifyFile, type WantedFile, WrongFile } from './wanted-file.ts';

/** What happens while a file is obtained; nothing does where it is there already. */
export type ObtainEvent =
  | {
      readonly kind: 'copied';
      readonly file: WantedFile;
      /** Relative to the working directory. */
      readonly from: string;
    }
  | { readonly kind: 'download-began'; readonly file: WantedFile; readonly url: string }
  | {
      readonly kind: 'download-progressed';
      readonly file: WantedFile;
      readonly url: string;
      /** Goes back to 0 where the address is tried again. */
      readonly receivedBytes: number;
    }
  | { readonly kind: 'download-ended'; readonly file: WantedFile; readonly url: string }
  | {
      readonly kind: 'download-failed';
      readonly file: WantedFile;
      readonly url: string;
      readonly reason: string;
    };

export interface ObtainOptions {
  /** Where the file shall be, and where it is looked for first. */
  folder: string;
  /** Folders that may hold the file under its name, tried before the addresses. */
  mirrors: readonly string[];
  /** Public addresses of the file. */
  urls: readonly string[];
  download?: Omit<DownloadOptions, 'onProgress' | 'signal'> | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: (event: ObtainEvent) => void;
}

/** A source that was tried, and why it did not give the file. */
export interface SourceFailure {
  /** A path relative to the working directory, or an address. */
  readonly source: string;
  readonly reason: string;
}

/** No source gave the file. The message says what was tried, and what to put where. */
export class SourcesFailed extends Error {
  override readonly name = 'SourcesFailed';
  readonly failures: readonly SourceFailure[];

  constructor(file: WantedFile, options: ObtainOptions, failures: readonly SourceFailure[]) {
    const [publicUrl] = options.urls;
    const lines = [
      `${file.name} could not be obtained. Tried in this order:`,
      ...failures.map(({ source, reason }, i) => `  ${i + 1}. ${source}: ${reason}`),
      `Put the file ${file.name} (${byteCount(file.bytes)}, sha256 ${file.sha256}) into the folder ${relativePath(options.folder)}${sep}, then run the same command again.`,
    ];
    if (publicUrl !== undefined) {
      lines.push(`Any browser on any machine can fetch it from ${publicUrl}`);
    }
    super(lines.join('\n'));
    this.failures = failures;
  }
}

function relativePath(path: string): string {
  return relative('', path) || '.';
}

/**
 * Tries `folder`, then the mirrors, then the addresses. What is returned has
 * the right size and hash; until it has, it goes by another name. A wrong file
 * in `folder` stays until a right one takes its place.
 *
 * @returns the file's path in `folder`
 * @throws SourcesFailed where no source has it
 */
export async function obtain(file: WantedFile, options: ObtainOptions): Promise<string> {
  const { folder, mirrors, urls, signal, onProgress } = options;
  const target = join(folder, file.name);
  const failures: SourceFailure[] = [];

  /** Whether the source gave the file; why not is kept. */
  async function gave(
    source: string,
    paths: readonly string[],
    attempt: () => Promise<void>,
  ): Promise<boolean> {
    signal?.throwIfAborted();
    try {
      await attempt();
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      failures.push({ source, reason: reasonOf(error, paths) });
      return false;
    }
  }

  const here = relativePath(target);
  if (await gave(here, [folder, target], () => verifyFile(file, target))) return target;

  for (const mirror of mirrors) {
    const path = join(mirror, file.name);
    const from = relativePath(path);
    if (await gave(from, [mirror, path], () => copyFromMirror(file, mirror, target))) {
      onProgress?.({ kind: 'copied', file, from });
      return target;
    }
  }

  for (const url of urls) {
    onProgress?.({ kind: 'download-began', file, url });
    const downloadOptions: DownloadOptions = {
      ...options.download,
      signal,
      onProgress: (receivedBytes) =>
        onProgress?.({ kind: 'download-progressed', file, url, receivedBytes }),
    };
    const fail = (reason: string) => onProgress?.({ kind: 'download-failed', file, url, reason });
    try {
      if (await gave(url, [], () => download(file, url, target, downloadOptions))) {
        onProgress?.({ kind: 'download-ended', file, url });
        return target;
      }
    } catch (error) {
      // What has begun is told to have ended, so that no progress bar stays behind.
      fail(signal?.aborted === true ? 'stopped' : String(error));
      throw error;
    }
    fail(failures.at(-1)?.reason ?? '');
  }

  throw new SourcesFailed(file, options, failures);
}

/** Copies the file out of a mirror, telling a missing folder from a missing file. */
async function copyFromMirror(file: WantedFile, mirror: string, target: string): Promise<void> {
  await access(mirror);
  await copyWanted(file, join(mirror, file.name), target);
}

/**
 * Why a source did not give the file.
 *
 * @param paths of the source on disk, its folder first; errors on other paths are not its fault
 * @throws the error itself where another source could not mend it, such as a full disk
 */
function reasonOf(error: unknown, paths: readonly string[]): string {
  if (error instanceof WrongFile || error instanceof DownloadFailed) return error.message;
  if (!(error instanceof Error) || !('code' in error && 'path' in error)) throw error;
  const { code, path, message } = error;
  if (typeof path !== 'string' || !paths.includes(path)) throw error;
  if (code === 'ENOENT') return `there is no such ${path === paths[0] ? 'folder' : 'file'}`;
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read';
  return message;
}
