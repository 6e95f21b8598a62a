/** What a photo's file says of itself before any of it is decoded. */
export interface PhotoHeader {
  /** Of the picture as it is stored, in pixels, before it is turned; 0 of a WebP. */
  readonly width: number;
  readonly height: number;
  /** EXIF's, 1 to 8; 1 where the file says nothing, or nothing that exists. */
  readonly orientation: number;
  /** Where the 16 bits of the orientation are; undefined where there are none. */
  readonly orientationAt: number | undefined;
}

/** The start of a TIFF where EXIF's is: in JPEG's APP1, a PNG's chunk, a WebP's, which some give JPEG's prefix. */
const exif = /(?<=Exif\0\0|eXIf|EXIF.{4})(II\*\0|MM\0\*)/s;

/**
 * Reads the header of a JPEG, a PNG or a WebP.
 *
 * @param bytes all of the file; of a JPEG its first 64 kB and a few more are enough, as EXIF fits into one segment
 * @returns undefined for other files, and for those that end too early
 */
export function readPhotoHeader(bytes: Uint8Array): PhotoHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Code units are bytes here, at least those of ASCII.
  const text = new TextDecoder('latin1').decode(bytes);
  try {
    const size = readSize(view, text);
    return size && { ...size, ...readOrientation(view, text.search(exif)) };
  } catch (error) {
    // A DataView's way to say that the file ended.
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

function readSize(view: DataView, text: string) {
  if (text.startsWith('\xff\xd8')) {
    // Segments from the second byte on (ITU-T T.81, B.1.1).
    for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
      // The frame's header: SOF0 to SOF15, but for DHT, JPG and DAC, which have their codes among them.
      if (/[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]/.test(text[at + 1])) {
        return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
      }
    }
  }
  // PNG, third edition, 11.2.1
  if (text.startsWith('PNG', 1)) return { width: view.getUint32(16), height: view.getUint32(20) };
  // A WebP has its size in three places, and is hardly ever as large as a camera's photos.
  return text.startsWith('WEBP', 8) ? { width: 0, height: 0 } : undefined;
}

/**
 * The tag Orientation of the first directory (TIFF 6.0, section 2; EXIF 2.32, 4.6.4).
 *
 * @param start of the TIFF; -1 without one
 */
function readOrientation(view: DataView, start: number) {
  if (start >= 0) {
    const isLittle = view.getUint8(start) === 0x49;
    const directory = start + view.getUint32(start + 4, isLittle);
    for (let entry = view.getUint16(directory, isLittle); entry > 0; entry--) {
      const at = directory + 12 * entry;
      const orientation = view.getUint16(at - 2, isLittle);
      if (view.getUint16(at - 10, isLittle) === 0x0112 && orientation > 0 && orientation < 9) {
        return { orientation, orientationAt: at - 2 };
      }
    }
  }
  return { orientation: 1, orientationAt: undefined };
}
