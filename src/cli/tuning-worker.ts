/** A thread of {@link fineTuneOnThreads}: trains one job after another. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type TunedTail, type TuningJob, tuneTail } from '../fine-tuning/tune-tail.ts';
import { tunedBlocks } from '../fine-tuning/tuned-blocks.ts';
import type { TuningSet } from '../fine-tuning/tuning-set.ts';
import { openArtifact } from '../mobilenet/artifact.ts';
import { installWasmBackend } from '../mobilenet/backend.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import type { Reply } from './worker-pool.ts';

/** What all jobs of a thread share. */
export interface TuningData {
  readonly assets: NetworkAssets;
  /** With activations in shared memory. */
  readonly set: TuningSet;
  readonly depth: string;
}

export interface TuningTask {
  readonly job: TuningJob;
  /** Is sent the share that is done, 0..1. */
  readonly progress: MessagePort;
}

const { assets, set, depth } = workerData as TuningData;
installWasmBackend(assets.wasm);
const { blocks, weightsOf } = openArtifact(assets.artifact);
const pretrained = { blocks: tunedBlocks(blocks, depth), weightsOf };

async function reply({ job, progress }: TuningTask): Promise<Reply<TunedTail>> {
  try {
    const answer = await tuneTail(pretrained, set, job, (share) => progress.postMessage(share));
    return { answer };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    progress.close();
  }
}

parentPort?.on('message', async (task: TuningTask) => parentPort?.postMessage(await reply(task)));
