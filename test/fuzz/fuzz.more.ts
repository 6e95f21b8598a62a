/** Ten times as many cases as in the test beside this file. */
import { test } from 'vitest';
import { formats } from '../../src/image/formats.ts';
import { expectDecodedOrRefused } from './short-run.ts';

test.for(Object.keys(formats))(
  'decodes or refuses damaged files within the announced memory: %s',
  { timeout: 600_000 },
  async (format) => {
    await expectDecodedOrRefused(format, 1000);
  },
);
