import { loadSharp } from './rivals.ts';

export const samplings = ['4:2:0', '4:4:4', 'gray'] as const;
export type Sampling = (typeof samplings)[number];

export interface SyntheticPhoto {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly sampling: Sampling;
  readonly progressive: boolean;
}

/** A JPEG of gradients under noise, which no decoder gets for nothing. The same every time. */
export async function makePhoto(photo: SyntheticPhoto): Promise<Uint8Array> {
  const { width, height, sampling, progressive } = photo;
  const sharp = await loadSharp();
  const pixels = sharp(drawPixels(width, height), { raw: { width, height, channels: 3 } });
  const file = await pixels
    .toColourspace(sampling === 'gray' ? 'b-w' : 'srgb')
    .jpeg({
      quality: 85,
      chromaSubsampling: sampling === '4:2:0' ? '4:2:0' : '4:4:4',
      progressive,
    })
    .toBuffer();
  return new Uint8Array(file);
}

function drawPixels(width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  let noise = 1;
  for (let at = 0, row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (const slope of [column / width, row / height, 1 - column / width]) {
        // Numerical Recipes' linear congruential generator; the upper bits are the good ones.
        noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) | 0;
        pixels[at++] = slope * 200 + ((noise >>> 24) / 256) * 50;
      }
    }
  }
  return pixels;
}
