/**
 * The rival of `cold.ts` and `memory.ts` in a process of its own.
 * `node bench/native-process.ts <ONNX file> <input size> <JPEG file> <photos>`
 * prints a {@link NativeRun} as JSON.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { loadNativeClassifier } from './native-classifier.ts';

/** Milliseconds from the first line of this script, and bytes. */
export interface NativeRun {
  /** Until the libraries and the model are loaded. */
  readonly readyMs: number;
  /** The first photo. */
  readonly firstMs: number;
  /** Every later one. */
  readonly warmMs: readonly number[];
  /** Resident memory before anything was loaded, and after the last photo. */
  readonly residentBytes: { readonly before: number; readonly after: number };
}

const [modelPath, inputSize, photoPath, photos] = process.argv.slice(2);
const before = process.memoryUsage.rss();
const start = performance.now();
const classifier = await loadNativeClassifier(await readFile(modelPath), Number(inputSize));
const ready = performance.now();
const bytes = await readFile(photoPath);

const durations: number[] = [];
for (let i = 0; i < Number(photos); i++) {
  const began = performance.now();
  await classifier.classify(bytes);
  durations.push(performance.now() - began);
}
const [firstMs, ...warmMs] = durations;
const after = process.memoryUsage.rss();
const run: NativeRun = {
  readyMs: ready - start,
  firstMs,
  warmMs,
  residentBytes: { before, after },
};
console.log(JSON.stringify(run));
