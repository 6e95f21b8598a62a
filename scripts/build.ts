/** `npm run build`: bundles the Worker, and compiles what other projects import of this package. */
import { buildWorker } from '../src/testing/build-worker.ts';
import { buildPackage } from './build-package.ts';

await buildPackage();
await buildWorker();
