import * as z from 'zod';

/** What a user's model may be called: it stands in paths, in lists with commas, and before `@version`. */
export const modelName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'Expected a name of 1 to 63 small letters, digits, dots, hyphens and underscores, a letter or a digit first',
  );
