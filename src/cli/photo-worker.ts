/** A thread of {@link readPhotos}: has a network of its own, and reads one photo after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../errors.ts';
import { loadNetwork, type NetworkAssets } from '../mobilenet/network.ts';
import { type PhotoTask, readPhoto } from './photo-task.ts';
import type { Reply } from './worker-pool.ts';

/** What a photo's file gave: values for each variation, or why it can't be read. */
export type PhotoAnswer =
  | { readonly values: readonly Float32Array[] }
  | { readonly refusal: string };

const network = loadNetwork(workerData as NetworkAssets);

function answer(task: PhotoTask): PhotoAnswer {
  try {
    return { values: readPhoto(network, task) };
  } catch (error) {
    if (error instanceof AppError) return { refusal: error.message };
    throw error;
  }
}

function reply(task: PhotoTask): Reply<PhotoAnswer> {
  try {
    return { answer: answer(task) };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

parentPort?.on('message', (task: PhotoTask) => parentPort?.postMessage(reply(task)));
