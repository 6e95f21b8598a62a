import { join } from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { makeTestBundle } from './test/support/bundle.ts';
import { readInvalidPhotos, readValidPhotos } from './test/support/photos.ts';

export default defineConfig(async () => {
  const testBundle = await makeTestBundle();
  const provide = {
    ...testBundle,
    validPhotos: readValidPhotos(),
    invalidPhotos: readInvalidPhotos(),
  };
  // Starting workerd, loading the network or building takes seconds on a busy machine.
  const testTimeout = 60_000;
  return {
    test: {
      projects: [
        {
          plugins: [
            cloudflareTest({
              main: join(testBundle.bundle, 'worker.js'),
              wrangler: { configPath: './wrangler.toml' },
            }),
          ],
          test: { name: 'workerd', include: ['test/http/**/*.test.ts'], provide, testTimeout },
        },
        {
          test: {
            name: 'node',
            include: ['test/**/*.test.ts'],
            exclude: ['test/http/**', 'test/.seeded/**'],
            provide,
            testTimeout,
          },
        },
      ],
    },
  };
});
