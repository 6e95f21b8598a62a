/** Loaded before the command by its test: makes JPEG a codec with a defect. */
import { formats } from '../../src/image/formats.ts';

Object.assign(formats.jpeg.codec, {
  open: () => {
    throw new TypeError('broken');
  },
});
