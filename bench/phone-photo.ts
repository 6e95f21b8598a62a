import { loadSharp } from './rivals.ts';

export interface PhonePhoto {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
}

/** Standard deviation of the grain in levels of 255: that of a phone's sensor in daylight, about. */
const grain = 5;

/**
 * A 4:2:0 JPEG with the content of a photo and the bytes of one: enlarged, under film grain, which is
 * where most of a phone photo's bytes go. The same every time.
 *
 * @param scene a JPEG of the same aspect ratio, or nearly
 */
export async function makePhonePhoto(
  scene: Uint8Array,
  { width, height, progressive }: PhonePhoto,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const pixels = await drawPhonePixels(scene, width, height);
  const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92, chromaSubsampling: '4:2:0', progressive })
    .toBuffer();
  return new Uint8Array(file);
}

/**
 * What a phone's photo holds: the scene enlarged, under film grain. The same every time.
 *
 * @param scene a JPEG of the same aspect ratio, or nearly
 * @param width sides in pixels
 * @param height
 * @returns 8-bit sRGB, three bytes a pixel
 */
export async function drawPhonePixels(
  scene: Uint8Array,
  width: number,
  height: number,
): Promise<Uint8Array> {
  const pixels = await enlarge(scene, width, height);
  addGrain(pixels);
  return pixels;
}

/** The scene enlarged without grain, as {@link drawPhonePixels} has it before that. */
export async function enlarge(
  scene: Uint8Array,
  width: number,
  height: number,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return await sharp(scene)
    .resize(width, height, { fit: 'cover', kernel: 'cubic' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
}

/** Grain is the same in all three channels of a pixel, as it is after a camera's chroma denoising. */
function addGrain(pixels: Uint8Array): void {
  let state = 1;
  for (let at = 0; at < pixels.length; at += 3) {
    let sum = 0;
    // Four uniform numbers add up to about a normal one, of variance 4 / 12.
    for (let i = 0; i < 4; i++) {
      // Numerical Recipes' linear congruential generator; the upper bits are the good ones.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      sum += (state >>> 16) / 65_536 - 0.5;
    }
    const noise = sum * Math.sqrt(3) * grain;
    for (let channel = at; channel < at + 3; channel++) {
      pixels[channel] = Math.min(255, Math.max(0, Math.round(pixels[channel] + noise)));
    }
  }
}
