import { extname } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { type FineTunedHead, fineTune } from '../fine-tuning/fine-tune.ts';
import type { TunedTail } from '../fine-tuning/tune-tail.ts';
import type { TuningSet } from '../fine-tuning/tuning-set.ts';
import { openArtifact } from '../mobilenet/artifact.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { startWork } from './progress.ts';
import type { TuningData, TuningTask } from './tuning-worker.ts';
import { threadsFor, WorkerPool } from './worker-pool.ts';

/** TypeScript here, JavaScript where it was compiled. */
const workerScript = new URL(`./tuning-worker${extname(import.meta.filename)}`, import.meta.url);

export interface FineTuneFolderOptions {
  /** `last`, or `blocks=N`. */
  readonly depth: string;
  readonly seed: number;
  /** 1 for one fifth that is held out once. */
  readonly folds: number;
}

/**
 * Fine-tunes on all cores, a training on each, with a progress bar.
 *
 * @param set its activations in shared memory, so that threads need no copies
 * @throws as fineTune does, and Error where a thread fails
 */
export async function fineTuneOnThreads(
  assets: NetworkAssets,
  set: TuningSet,
  { depth, seed, folds }: FineTuneFolderOptions,
): Promise<FineTunedHead> {
  const data: TuningData = { assets, set, depth };
  const pool = new WorkerPool<TuningTask, TunedTail>(workerScript, data, threadsFor(folds + 1));
  const progress = startWork('fine-tuning');
  try {
    return await fineTune(openArtifact(assets.artifact), set, {
      depth,
      seed,
      folds,
      onProgress: progress.update,
      run(job, onProgress) {
        const { port1, port2 } = new MessageChannel();
        port1.on('message', onProgress);
        return pool.run({ job, progress: port2 }, [port2]);
      },
    });
  } finally {
    progress.stop();
    await pool.close();
  }
}
