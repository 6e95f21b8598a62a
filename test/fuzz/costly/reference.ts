import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePhonePhoto } from '../../../bench/phone-photo.ts';
import type { Measurable } from './work-meter.ts';

const scene = join(import.meta.dirname, '../../fixtures/valid/jpeg/daisy.jpg');

/** A phone's photo of 12 megapixels, 4032 x 3024, as a JPEG: the measure of all others. */
export async function makeReference(): Promise<Measurable> {
  const photo = { width: 4032, height: 3024, progressive: false };
  return { bytes: await makePhonePhoto(new Uint8Array(await readFile(scene)), photo), fit: 'crop' };
}
