import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputSize } from '../model/mobilenet-v2.ts';
import { startLocalWorker } from '../scripts/local-worker.ts';
import { startProgress } from '../src/cli/progress.ts';
import { jpegCodec } from '../src/image/jpeg/codec.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { runScript } from './child-process.ts';
import { findFreePort, type HeapUsage, readHeapUsage } from './inspector.ts';
import type { NativeRun } from './native-process.ts';
import { prepareNativeRuns } from './native-run.ts';
import { formatPhotos } from './photos.ts';
import { canMeasurePeaks, findChild, measurePeak } from './resident-memory.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { makePhoto, type SyntheticPhoto, samplings } from './synthetic-photo.ts';
import { mebibytes, missing, number, type Table } from './table.ts';
import { postPhoto, readHealth } from './worker-client.ts';

/** After how many photos the heap is read. */
const checkpoints = [0, 1, 20, 200] as const;
const lastCheckpoint = 200;

/** Of WASM heap after the last checkpoint, in MiB. */
const targetMebibytes = 60;

/** An isolate's heap after some photos. */
interface HeapReading extends HeapUsage {
  readonly photos: number;
  readonly wasmBytes: number;
  readonly tensors: number;
}

/** What decoding one photo takes, in bytes. */
interface DecodeMemory extends SyntheticPhoto {
  /** What the codec says beforehand of the decoder alone; the limit on photos depends on it. */
  readonly estimate: number;
  readonly workerd: number;
  readonly node: number;
  readonly sharp: number;
}

/** What a Worker holds after many photos, and what decoding takes at its peak. */
export const memory: Benchmark = {
  name: 'memory',
  question: 'How much memory does Petal hold, and what does decoding take at its peak?',
  run: (setting) => withScratchFolder((folder) => measure(setting, folder)),
};

async function measure(setting: Setting, folder: string): Promise<Report> {
  const { artifactPath, photos, rivalsMissing } = setting;
  const heap = await readHeaps(setting);
  const native =
    rivalsMissing === undefined
      ? await (await prepareNativeRuns(artifactPath, photos[0], folder))(lastCheckpoint)
      : undefined;
  const tables = [heapTable(heap, native)];
  const notes = [
    formatPhotos(photos),
    'V8 heap holds garbage that was not collected yet. The rival in a fresh process: resident memory above what Node.js alone has.',
    targetNote(
      `WASM heap after ${lastCheckpoint} photos`,
      (heap.at(-1)?.wasmBytes ?? Number.NaN) / 2 ** 20,
      targetMebibytes,
      ' MiB',
    ),
  ];
  let decoding: DecodeMemory[] | undefined;
  if (rivalsMissing !== undefined) {
    notes.push(
      `Decoding was not measured, since sharp makes the photos for it, and the rival is missing: ${rivalsMissing}.`,
    );
  } else if (!canMeasurePeaks) {
    notes.push('Decoding was not measured: only Linux tells the peak of another process.');
  } else {
    decoding = await measureDecoding(setting, folder);
    tables.push(decodeTable(decoding));
    notes.push(
      'Decoding: most resident memory above what there was before, at the scale that suits the network, each in a fresh process. The estimate is of the decoder alone; in workerd the upload comes on top, and is held twice for a moment while it grows.',
    );
  }
  return {
    tables,
    notes,
    wrongAnswers: [],
    measurements: { heap, native: native?.residentBytes, decoding },
  };
}

async function readHeaps({ bundle, photos }: Setting): Promise<HeapReading[]> {
  const inspectorPort = await findFreePort();
  const worker = await startLocalWorker({ bundle, inspectorPort });
  const readings: HeapReading[] = [];
  const progress = startProgress(lastCheckpoint, 'photos');
  try {
    let posted = 0;
    for (const checkpoint of checkpoints) {
      for (; posted < checkpoint; posted++) {
        await postPhoto(worker.url, photos[posted % photos.length].bytes);
        progress.increment();
      }
      const { wasmHeapBytes, tensorCount } = await readHealth(worker.url);
      const usage = await readHeapUsage(inspectorPort);
      readings.push({
        photos: posted,
        wasmBytes: wasmHeapBytes,
        tensors: tensorCount,
        ...usage,
      });
    }
  } finally {
    progress.stop();
    await worker.dispose();
  }
  return readings;
}

function heapTable(heap: readonly HeapReading[], native: NativeRun | undefined): Table {
  const rival = native?.residentBytes;
  return {
    title: 'Memory of the Worker in MiB',
    columns: ['after', 'WASM heap', 'V8 heap', 'buffers', 'tensors', 'sharp + onnxruntime-node'],
    rows: heap.map(({ photos, wasmBytes, usedBytes, bufferBytes, tensors }) => [
      `${photos} photos`,
      mebibytes(wasmBytes),
      mebibytes(usedBytes),
      mebibytes(bufferBytes),
      String(tensors),
      rival === undefined || photos !== lastCheckpoint
        ? missing
        : mebibytes(rival.after - rival.before),
    ]),
  };
}

async function measureDecoding(setting: Setting, folder: string): Promise<DecodeMemory[]> {
  const photos = photosOfAllKinds();
  const progress = startProgress(photos.length, 'photos decoded in fresh processes');
  const results: DecodeMemory[] = [];
  for (const photo of photos) {
    const bytes = await makePhoto(photo);
    const path = join(folder, 'synthetic.jpg');
    await writeFile(path, bytes);
    const alone = (decoder: string): Promise<number> =>
      runScript<number>('decode-process.ts', [decoder, path], ['--expose-gc']);
    results.push({
      ...photo,
      estimate: estimateMemory(bytes),
      workerd: await measureInWorkerd(setting, bytes),
      node: await alone('petal'),
      sharp: await alone('sharp'),
    });
    progress.increment();
  }
  progress.stop();
  return results;
}

/** A photo of 4 : 3. */
function sized(megapixels: number): { width: number; height: number } {
  const width = Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3));
  return { width, height: Math.round((width * 3) / 4) };
}

function photosOfAllKinds(): SyntheticPhoto[] {
  return samplings.flatMap((sampling) => [
    { ...sized(2), sampling, progressive: false },
    { ...sized(12), sampling, progressive: false },
    { ...sized(12), sampling, progressive: true },
    { ...sized(48), sampling, progressive: false },
  ]);
}

/** What the codec says beforehand of decoding a photo for the network. */
function estimateMemory(bytes: Uint8Array): number {
  const image = jpegCodec.open(bytes);
  return image.memoryBytes(new NetworkInput(image, inputSize, 'crop'));
}

async function measureInWorkerd({ bundle, photos }: Setting, bytes: Uint8Array): Promise<number> {
  // Noise makes files larger than photos are.
  const vars = { PETAL_MAX_UPLOAD_MB: '100', PETAL_MAX_DECODE_MB: '4000' };
  const worker = await startLocalWorker({ bundle, vars });
  try {
    // The code that decodes is compiled by then.
    await postPhoto(worker.url, photos[0].bytes);
    const pid = await findChild('workerd');
    return await measurePeak(pid, () => postPhoto(worker.url, bytes));
  } finally {
    await worker.dispose();
  }
}

function decodeTable(decoding: readonly DecodeMemory[]): Table {
  const megabytes = (bytes: number): string => number(bytes / 1e6);
  return {
    title: 'Peak memory of decoding a JPEG in MB',
    columns: ['photo', 'estimate', 'workerd', 'estimate to workerd', 'Node.js', 'sharp'],
    rows: decoding.map((row) => [
      `${row.width} x ${row.height} ${row.sampling}${row.progressive ? ' progressive' : ''}`,
      megabytes(row.estimate),
      megabytes(row.workerd),
      `${number(row.estimate / row.workerd)}x`,
      megabytes(row.node),
      megabytes(row.sharp),
    ]),
  };
}
