import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readJpegHeader } from '../src/image/jpeg/header.ts';

const root = join(import.meta.dirname, '..');
const fixture = join(root, 'test/fixtures/valid/jpeg/daisy.jpg');

/** Photos from elsewhere that are used where they lie beside the project, as they vary more than one. */
const neighbouringPhotos = join(root, '../shared/images/imagenet');
const maxNeighbouringPhotos = 8;
/** As cameras wrote them, up to 12 megapixels. */
const neighbouringCameraPhotos = join(root, '../shared/images/camera');

export interface Photo {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * The photos that benchmarks classify.
 *
 * @param paths JPEG files to use instead of the default, a fixture of 500 x 375
 *   pixels and those neighbouring photos that have the same size
 */
export async function readPhotos(paths: readonly string[]): Promise<Photo[]> {
  if (paths.length > 0) return Promise.all(paths.map(readJpeg));
  const photos = [await readJpeg(fixture)];
  for (const name of await listJpegs(neighbouringPhotos)) {
    if (photos.length > maxNeighbouringPhotos) break;
    const photo = await readJpeg(join(neighbouringPhotos, name));
    if (photo.width === 500 && photo.height === 375) photos.push(photo);
  }
  return photos;
}

/** Photos as cameras wrote them; none where they don't lie beside the project. */
export async function readCameraPhotos(): Promise<Photo[]> {
  const names = await listJpegs(neighbouringCameraPhotos);
  return Promise.all(names.map((name) => readJpeg(join(neighbouringCameraPhotos, name))));
}

async function listJpegs(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => /\.jpe?g$/i.test(name)).sort();
}

async function readJpeg(path: string): Promise<Photo> {
  const bytes = new Uint8Array(await readFile(path));
  const { width, height } = readJpegHeader(bytes);
  return { name: basename(path), bytes, width, height };
}

/** What was classified, in a sentence. */
export function formatPhotos(photos: readonly Photo[]): string {
  const kilobytes = photos.map(({ bytes }) => Math.round(bytes.length / 1000));
  const sizes = [...new Set(photos.map(({ width, height }) => `${width} x ${height}`))].join(', ');
  return photos.length === 1
    ? `Photo: ${photos[0].name}, ${sizes} pixels, ${kilobytes[0]} kB.`
    : `Photos: ${photos.length} of ${sizes} pixels, ${Math.min(...kilobytes)} to ${Math.max(...kilobytes)} kB, each sent to every contender in turn.`;
}
