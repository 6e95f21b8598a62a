/**
 * Large files as honest people have them: a scene with grain as cameras and programs of pictures
 * write it in every format. What a decoder may cost is measured against these.
 */
import sharp, { type Sharp } from 'sharp';
import { type BmpKind, encodeHonestBmp } from './honest-bmp.ts';
import { drawPhonePixels, enlarge } from './phone-photo.ts';

export interface HonestFile {
  readonly name: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  /** @param scene a JPEG of 4 : 3 */
  make(scene: Uint8Array): Promise<Uint8Array>;
}

/** Sides of 4 : 3 by megapixels. */
const sides = {
  4: [2304, 1728],
  6: [2576, 1932],
  12: [4032, 3024],
  19: [5024, 3768],
  24: [5664, 4248],
  38: [7120, 5340],
  50: [8160, 6120],
} as const;
type Megapixels = keyof typeof sides;

/** Grain is what most bytes of a photo are; pictures without it are as programs draw and enlarge them. */
type Surface = 'grain' | 'smooth';

type Encode = (picture: Sharp) => Sharp;

function withSharp(
  format: string,
  kind: string,
  megapixels: Megapixels,
  surface: Surface,
  encode: Encode,
): HonestFile {
  const [width, height] = sides[megapixels];
  return {
    name: `${kind}, ${megapixels} MP, ${surface}`,
    format,
    width,
    height,
    make: async (scene) => {
      const pixels = await draw(surface, scene, width, height);
      const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
      return new Uint8Array(await encode(picture).toBuffer());
    },
  };
}

function draw(
  surface: Surface,
  scene: Uint8Array,
  width: number,
  height: number,
): Promise<Uint8Array> {
  return surface === 'grain'
    ? drawPhonePixels(scene, width, height)
    : enlarge(scene, width, height);
}

function bmp(kind: BmpKind, megapixels: Megapixels, surface: Surface): HonestFile {
  const [width, height] = sides[megapixels];
  return {
    name: `${kind}, ${megapixels} MP, ${surface}`,
    format: 'bmp',
    width,
    height,
    make: async (scene) =>
      encodeHonestBmp(await draw(surface, scene, width, height), width, height, kind),
  };
}

const jpeg = { quality: 92, chromaSubsampling: '4:2:0' } as const;

export const honestFiles: readonly HonestFile[] = [
  ...([12, 24, 50] as const).flatMap((megapixels) => [
    withSharp('jpeg', 'baseline', megapixels, 'grain', (picture) => picture.jpeg(jpeg)),
    withSharp('jpeg', 'progressive', megapixels, 'grain', (picture) =>
      picture.jpeg({ ...jpeg, progressive: true }),
    ),
  ]),
  withSharp('jpeg', 'baseline 4:4:4', 24, 'grain', (picture) =>
    picture.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }),
  ),
  withSharp('png', 'RGB8', 6, 'grain', (picture) => picture.png()),
  withSharp('png', 'RGB8', 12, 'grain', (picture) => picture.png()),
  withSharp('png', 'RGB8', 50, 'smooth', (picture) => picture.png({ adaptiveFiltering: true })),
  withSharp('png', 'RGBA8', 50, 'smooth', (picture) =>
    picture.ensureAlpha(0.5).png({ adaptiveFiltering: true }),
  ),
  withSharp('png', 'RGB8 interlaced', 24, 'smooth', (picture) =>
    picture.png({ progressive: true, adaptiveFiltering: true }),
  ),
  withSharp('png', 'palette', 12, 'grain', (picture) => picture.png({ palette: true, effort: 1 })),
  withSharp('png', 'palette', 50, 'smooth', (picture) =>
    picture.png({ palette: true, effort: 1, dither: 0 }),
  ),
  withSharp('png', 'RGB16', 24, 'smooth', (picture) =>
    picture.toColourspace('rgb16').png({ adaptiveFiltering: true }),
  ),
  withSharp('png', 'RGB16', 50, 'smooth', (picture) =>
    picture.toColourspace('rgb16').png({ adaptiveFiltering: true }),
  ),
  ...([12, 24, 50] as const).map((megapixels) =>
    withSharp('webp', 'lossy', megapixels, 'grain', (picture) =>
      picture.webp({ quality: 82, effort: 2 }),
    ),
  ),
  withSharp('webp', 'lossy with alpha', 24, 'grain', (picture) =>
    picture.ensureAlpha(0.5).webp({ quality: 82, effort: 2 }),
  ),
  withSharp('webp', 'lossless', 6, 'grain', (picture) =>
    picture.webp({ lossless: true, effort: 2 }),
  ),
  withSharp('webp', 'lossless', 12, 'grain', (picture) =>
    picture.webp({ lossless: true, effort: 2 }),
  ),
  withSharp('webp', 'lossless', 50, 'smooth', (picture) =>
    picture.webp({ lossless: true, effort: 2 }),
  ),
  withSharp('gif', '256 colours', 12, 'grain', (picture) => picture.gif({ effort: 1 })),
  withSharp('gif', '256 colours', 50, 'smooth', (picture) => picture.gif({ effort: 1, dither: 0 })),
  withSharp('gif', '16 colours interlaced', 50, 'smooth', (picture) =>
    picture.gif({ effort: 1, dither: 0, colours: 16, progressive: true }),
  ),
  bmp('24 bits', 6, 'grain'),
  bmp('32 bits', 4, 'grain'),
  bmp('8 bits', 19, 'grain'),
  bmp('4 bits', 38, 'grain'),
  bmp('1 bit', 50, 'grain'),
  bmp('RLE8', 50, 'smooth'),
];
