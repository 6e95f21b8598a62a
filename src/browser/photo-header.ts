/** What a photo's file says of itself before any of it is decoded. */
export interface PhotoHeader {
  /** Of the picture as it is stored, in pixels, before it is turned; 0 where it isn't looked up. */
  readonly width: number;
  readonly height: number;
  /** EXIF's, 1 to 8; 1 where the file says nothing, or nothing that exists. */
  readonly orientation: number;
  /** Where the 16 bits of the orientation are; 0 where there are none. */
  readonly orientationAt: number;
}

/** The start of a TIFF where EXIF's is: in JPEG's APP1, a PNG's chunk, a WebP's, which some give JPEG's prefix. */
const exif = /(?<=Exif\0\0|eXIf|EXIF.{4})(II\*\0|MM\0\*)/s;

/**
 * Reads the orientation of a JPEG, a PNG or a WebP, and the size of the first two: a WebP has it in three places,
 * and is hardly ever as large as a camera's photos.
 *
 * @param bytes all of the file; of a JPEG its first 64 kB and a few more are enough, as EXIF fits into one segment
 */
export function readPhotoHeader(bytes: Uint8Array): PhotoHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Its code units are the bytes, but for some that aren't looked for.
  const text = new TextDecoder('latin1').decode(bytes);
  const header = { width: 0, height: 0, orientation: 1, orientationAt: 0 };
  const isJpeg = text.startsWith('\xff\xd8');
  const isPng = text.startsWith('PNG', 1);
  if (!isJpeg && !isPng && !text.startsWith('WEBP', 8)) return header;
  try {
    const start = text.search(exif);
    if (start > 0) Object.assign(header, readOrientation(view, start));
    // PNG, third edition, 11.2.1
    if (isPng) Object.assign(header, { width: view.getUint32(16), height: view.getUint32(20) });
    if (isJpeg) Object.assign(header, readFrame(view));
  } catch (error) {
    // A DataView's way to say that the file ended.
    if (!(error instanceof RangeError)) throw error;
  }
  return header;
}

/** Looks through the segments from the second byte on (ITU-T T.81, B.1.1) for the frame's header. */
function readFrame(view: DataView) {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    // SOF0 to SOF15: 0xc4, 0xc8 and 0xcc are DHT, JPG and DAC.
    if (marker === 0xc0 || (marker >> 4 === 0xc && marker % 4 > 0)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
  }
}

/** Looks through the first directory of a TIFF for the tag Orientation (TIFF 6.0, section 2; EXIF 2.32, 4.6.4). */
function readOrientation(view: DataView, start: number) {
  const isLittle = view.getUint8(start) === 0x49;
  const directory = start + view.getUint32(start + 4, isLittle);
  for (let entry = view.getUint16(directory, isLittle); entry > 0; entry--) {
    const at = directory + 12 * entry;
    const orientation = view.getUint16(at - 2, isLittle);
    if (view.getUint16(at - 10, isLittle) === 0x0112 && orientation > 0 && orientation < 9) {
      return { orientation, orientationAt: at - 2 };
    }
  }
  return undefined;
}
