import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { makeTestBundle, type TestBundle } from './test/support/bundle.ts';
import { chromiumPath } from './test/support/chromium.ts';
import { readInvalidPhotos, readValidPhotos, sharedFolder } from './test/support/photos.ts';
import { SkippedReporter } from './test/support/skipped-reporter.ts';

// Vitest evaluates this file more than once a run; sources are tried, and what
// is missing is said, the first time only.
const isFirst = process.env.PETAL_TEST_BUNDLE === undefined;
process.env.PETAL_TEST_BUNDLE ??= JSON.stringify(await makeTestBundle());
const testBundle: TestBundle = JSON.parse(process.env.PETAL_TEST_BUNDLE);

for (const [missing, skipped] of [
  [chromiumPath() === null, 'No Chromium was found (CHROMIUM_PATH names one): tests of pages'],
  [sharedFolder('.') === null, 'There is no ../shared: tests on photos and outputs from there'],
] as const) {
  if (missing && isFirst) console.warn(`${skipped} are skipped.`);
}

const provide = {
  ...testBundle,
  validPhotos: readValidPhotos(),
  invalidPhotos: readInvalidPhotos(),
};
// Starting workerd, loading the network or building takes seconds on a busy machine.
const testTimeout = 60_000;
const expectOptions = { poll: { timeout: testTimeout / 2 } };

export default defineConfig({
  test: {
    reporters: ['default', new SkippedReporter()],
    // One more than there are cores, since tests of pages and of servers wait for half of their time.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        plugins: [
          cloudflareTest({
            main: join(testBundle.bundle, 'worker.js'),
            wrangler: { configPath: './wrangler.toml' },
            // Nothing is between these tests and the Worker: they are callers on this machine.
            miniflare: { bindings: { PETAL_LOG: 'off', PEER: '127.0.0.1' } },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/http/**/*.test.ts', 'test/storage/**/*.test.ts'],
          provide,
          testTimeout,
          hookTimeout: testTimeout,
        },
      },
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/http/**', 'test/storage/**', 'test/.seeded/**'],
          // Wrangler and what else is large is imported once a worker, rather than once a file.
          isolate: false,
          expect: expectOptions,
          provide,
          testTimeout,
          hookTimeout: testTimeout,
        },
      },
      // What takes longer and breaks seldom: `npm run test:more`.
      {
        test: {
          name: 'more',
          include: ['test/**/*.more.ts'],
          exclude: ['test/.seeded/**'],
          expect: expectOptions,
          provide,
          testTimeout: 5 * testTimeout,
          hookTimeout: 5 * testTimeout,
        },
      },
    ],
  },
});
