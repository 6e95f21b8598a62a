/** How JSON bodies hold photos, as zod schemas. */
import * as z from 'zod';
import { base64Text } from '../json/schemas.ts';

/** The most photos of one request. */
export const maxImages = 32;

/** A photo's bytes, as the JSON reader gives them: long texts stay where they are. */
export const photoText = base64Text('Expected a photo as base64 or as a data URL').meta({
  description: 'The bytes of a photo as base64, or as a data URL (`data:image/jpeg;base64,...`).',
});

const photoUrl = z
  .string('Expected the https address of a photo')
  .meta({ format: 'uri', description: 'The https address of a photo, where Petal allows it.' });

const photoOrUrl = z.union(
  [photoText, z.strictObject({ image: photoText }), z.strictObject({ url: photoUrl })],
  'Expected base64, {"image": "<base64>"} or {"url": "https://..."}',
);

/** One of `image`, `url` and `images`; everything else is parameters. */
export const photosBody = z.looseObject(
  {
    image: photoText.optional(),
    url: photoUrl.optional(),
    images: z
      .array(photoOrUrl, 'Expected a list of photos')
      .min(1, 'Expected at least one photo')
      .optional(),
  },
  'Expected an object with "image", "url" or "images"',
);

/** The same as clients write it. */
export type PhotosInput =
  | { readonly image: string }
  | { readonly url: string }
  | { readonly images: readonly (string | { image: string } | { url: string })[] };
