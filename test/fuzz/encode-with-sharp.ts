import sharp, { type Sharp } from 'sharp';
import { drawNoise } from '../image/jpeg/pictures.ts';
import { hash } from './random.ts';

/** Sides in pixels, one after another for the files: whole blocks and parts of some, flat and high. */
const sizes = [
  [64, 48],
  [33, 17],
  [120, 90],
  [16, 16],
  [9, 120],
  [90, 61],
] as const;

type Source = 'opaque' | 'transparent' | 'animated' | 'large';
type Encode = (picture: Sharp) => Sharp;

const jpegs: Readonly<Record<string, Encode>> = {
  baseline: (picture) => picture.jpeg(),
  '4:4:4': (picture) => picture.jpeg({ chromaSubsampling: '4:4:4' }),
  progressive: (picture) => picture.jpeg({ progressive: true }),
  'progressive-4:4:4': (picture) => picture.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'split-scans': (picture) => picture.jpeg({ progressive: true, optimiseScans: true }),
  'standard-tables': (picture) => picture.jpeg({ optimiseCoding: false, quality: 30 }),
  gray: (picture) => picture.toColourspace('b-w').jpeg(),
  'gray-progressive': (picture) => picture.toColourspace('b-w').jpeg({ progressive: true }),
  cmyk: (picture) => picture.toColourspace('cmyk').jpeg(),
  'cmyk-progressive': (picture) => picture.toColourspace('cmyk').jpeg({ progressive: true }),
  turned: (picture) => picture.withMetadata({ orientation: 6 }).jpeg({ quality: 100 }),
};

const pngs: Readonly<Record<string, Encode>> = {
  rgb: (picture) => picture.png(),
  'rgb-interlaced': (picture) => picture.png({ progressive: true }),
  'rgb-filtered': (picture) => picture.png({ adaptiveFiltering: true }),
  'rgb-stored': (picture) => picture.png({ compressionLevel: 0 }),
  'rgb-16': (picture) => picture.toColourspace('rgb16').png(),
  'rgb-16-interlaced': (picture) => picture.toColourspace('rgb16').png({ progressive: true }),
  gray: (picture) => picture.toColourspace('b-w').png(),
  'gray-16': (picture) => picture.toColourspace('grey16').png(),
  'palette-8': (picture) => picture.png({ palette: true }),
  'palette-8-interlaced': (picture) => picture.png({ palette: true, progressive: true }),
  'palette-4': (picture) => picture.png({ palette: true, colours: 16 }),
  'palette-2': (picture) => picture.png({ palette: true, colours: 4, progressive: true }),
  'palette-1': (picture) => picture.png({ palette: true, colours: 2 }),
  turned: (picture) => picture.withMetadata({ orientation: 8 }).png(),
};

const transparentPngs: Readonly<Record<string, Encode>> = {
  rgba: (picture) => picture.png(),
  'rgba-interlaced': (picture) => picture.png({ progressive: true }),
  'rgba-16': (picture) => picture.toColourspace('rgb16').png(),
  'gray-alpha': (picture) => picture.toColourspace('b-w').png(),
  'palette-transparent': (picture) => picture.png({ palette: true, colours: 32 }),
};

const gifs: Readonly<Record<string, Encode>> = {
  plain: (picture) => picture.gif(),
  interlaced: (picture) => picture.gif({ progressive: true }),
  'two-colours': (picture) => picture.gif({ colours: 2 }),
  'sixteen-colours': (picture) => picture.gif({ colours: 16 }),
};

const webps: Readonly<Record<string, Encode>> = {
  lossy: (picture) => picture.webp(),
  'lossy-1': (picture) => picture.webp({ quality: 1, effort: 0 }),
  'lossy-100': (picture) => picture.webp({ quality: 100, effort: 6 }),
  'sharp-yuv': (picture) => picture.webp({ smartSubsample: true, preset: 'drawing' }),
  lossless: (picture) => picture.webp({ lossless: true }),
  'lossless-fast': (picture) => picture.webp({ lossless: true, effort: 0 }),
  'near-lossless': (picture) => picture.webp({ nearLossless: true, quality: 40 }),
  turned: (picture) => picture.withMetadata({ orientation: 5 }).webp(),
};

const transparentWebps: Readonly<Record<string, Encode>> = {
  'lossy-alpha': (picture) => picture.webp(),
  'lossy-alpha-10': (picture) => picture.webp({ alphaQuality: 10 }),
  'lossless-alpha': (picture) => picture.webp({ lossless: true }),
};

/** What a large GIF is written with in little time. */
const fewColours = { effort: 1, dither: 0, colours: 4, progressive: true };

const files: readonly [extension: string, Source, Readonly<Record<string, Encode>>][] = [
  ['jpg', 'opaque', jpegs],
  ['png', 'opaque', pngs],
  ['png', 'transparent', transparentPngs],
  ['gif', 'opaque', gifs],
  ['gif', 'transparent', { transparent: (picture) => picture.gif() }],
  ['gif', 'animated', { animated: (picture) => picture.gif({ loop: 0, delay: [10, 20, 30] }) }],
  ['webp', 'opaque', webps],
  ['webp', 'transparent', transparentWebps],
  [
    'webp',
    'animated',
    {
      animated: (picture) => picture.webp(),
      'animated-lossless': (picture) => picture.webp({ lossless: true, mixed: true }),
    },
  ],
  ['jpg', 'large', { baseline: jpegs.baseline, progressive: jpegs.progressive }],
  ['png', 'large', { rgb: pngs.rgb, interlaced: pngs['rgb-interlaced'] }],
  ['gif', 'large', { interlaced: (picture) => picture.gif(fewColours) }],
  [
    'webp',
    'large',
    {
      lossy: (picture) => picture.webp({ effort: 0 }),
      lossless: (picture) => picture.webp({ lossless: true, effort: 3 }),
    },
  ],
];

/** Some megapixels of a few squares: reducing matters, and so does the work for few bytes. */
function drawLarge(): Sharp {
  const { width, height, pixels } = drawNoise(26, 19, 1);
  return sharp(pixels, { raw: { width, height, channels: 3 } }).resize(width * 100, height * 100, {
    kernel: 'nearest',
  });
}

/** A picture with few colours in one half and noise in the other, so that all ways of coding occur. */
function draw(width: number, height: number, source: Source, seed: number): Sharp {
  if (source === 'large') return drawLarge();
  const frames = source === 'animated' ? 3 : 1;
  const { pixels } = drawNoise(width, height * frames, seed);
  const channels = source === 'transparent' ? 4 : 3;
  const samples = new Uint8Array(width * height * frames * channels);
  for (let pixel = 0; pixel < pixels.length / 3; pixel++) {
    const isFlat = pixel % width < width / 2;
    for (let channel = 0; channel < 3; channel++) {
      const level = pixels[pixel * 3 + channel];
      samples[pixel * channels + channel] = isFlat ? level & 0xe0 : level;
    }
    if (channels === 4) samples[pixel * 4 + 3] = isFlat ? (pixel >> 3) * 40 : pixels[pixel * 3];
  }
  const raw = { width, height: height * frames, channels } as const;
  return sharp(samples, { raw: frames > 1 ? { ...raw, pageHeight: height } : raw });
}

/** Files in every variant that sharp writes, small but for those whose names begin with "large". */
export async function encodeWithSharp(): Promise<[name: string, bytes: Uint8Array][]> {
  const made = files.flatMap(([extension, source, encodings]) =>
    Object.entries(encodings).map(async ([name, encode], i): Promise<[string, Uint8Array]> => {
      const [width, height] = sizes[i % sizes.length];
      const picture = draw(width, height, source, hash(i, width, height));
      const folder = source === 'large' ? 'large' : 'sharp';
      return [`${folder}/${name}.${extension}`, new Uint8Array(await encode(picture).toBuffer())];
    }),
  );
  return Promise.all(made);
}
