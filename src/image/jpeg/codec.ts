import { decode } from 'jpeg-js';
import type { ImageCodec, ImageHeader } from '../codec.ts';
import type { RgbImage } from '../rgb-image.ts';
import { countScans, type JpegHeader, jpegProblem, readJpegHeader } from './header.ts';

/**
 * What jpeg-js 0.4.4 holds for each 8x8 block of a component, in bytes: the
 * coefficients as an Int32Array (256), the objects and the allocator's share
 * around it (560, measured in workerd by `npm run bench -- memory`), and the
 * 64 samples that come out.
 */
const blockBytes = 256 + 560 + 64;

/**
 * The most memory that jpeg-js takes at once: all blocks, the picture twice
 * (interleaved components, then RGB), and its copy of the file.
 */
function decodeMemoryBytes({ width, height, components }: JpegHeader, fileBytes: number): number {
  const maxHorizontal = Math.max(...components.map(({ horizontal }) => horizontal));
  const maxVertical = Math.max(...components.map(({ vertical }) => vertical));
  const mcuColumns = Math.ceil(width / (8 * maxHorizontal));
  const mcuRows = Math.ceil(height / (8 * maxVertical));
  const blocksPerMcu = components.reduce(
    (blocks, { horizontal, vertical }) => blocks + horizontal * vertical,
    0,
  );
  const blocks = mcuColumns * mcuRows * blocksPerMcu;
  return blocks * blockBytes + width * height * (components.length + 3) + fileBytes;
}

/**
 * Encoders write about ten scans. Each costs work over all of the picture
 * however few bytes it has, so that a small file of many takes minutes.
 */
const maxScans = 100;

/** JPEG through jpeg-js. EXIF orientation is not applied. */
export const jpegCodec: ImageCodec = {
  readHeader(bytes: Uint8Array): ImageHeader {
    const header = readJpegHeader(bytes);
    const scans = countScans(bytes);
    if (scans > maxScans) {
      throw jpegProblem(`This JPEG has ${scans} scans; up to ${maxScans} are read.`);
    }
    return {
      width: header.width,
      height: header.height,
      decodeMemoryBytes: decodeMemoryBytes(header, bytes.length),
    };
  },

  decode(bytes: Uint8Array, header: ImageHeader): RgbImage {
    try {
      const { width, height, data } = decode(bytes, {
        // workerd has no Buffer, which is jpeg-js's default.
        useTArray: true,
        formatAsRGBA: false,
        // The header was checked; these stop a file whose later headers differ from it.
        // One pixel more, since dividing and multiplying again may lose the last one.
        maxResolutionInMP: (header.width * header.height + 1) / 1e6,
        maxMemoryUsageInMB: Math.ceil(header.decodeMemoryBytes / 2 ** 20) + 1,
      });
      return { width, height, pixels: data };
    } catch (cause) {
      throw jpegProblem(
        'This JPEG can not be decoded: it is damaged, or ends early. Send the whole file, or save it again.',
        cause,
      );
    }
  },
};
