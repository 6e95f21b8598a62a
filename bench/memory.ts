import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputSize } from '../model/mobilenet-v2.ts';
import { startProgress } from '../src/cli/progress.ts';
import { jpegCodec } from '../src/image/jpeg/codec.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { runScript } from './child-process.ts';
import { findFreePort, type HeapUsage, readHeapUsage, watchHeap } from './inspector.ts';
import type { NativeRun } from './native-process.ts';
import { prepareNativeRuns } from './native-run.ts';
import { makePhonePhoto } from './phone-photo.ts';
import { formatPhotos } from './photos.ts';
import { canMeasurePeaks } from './resident-memory.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { makePhoto, type SyntheticPhoto, samplings } from './synthetic-photo.ts';
import { mebibytes, missing, number, type Table } from './table.ts';
import { postForm, postPhoto, readHealth, withoutCache } from './worker-client.ts';

/** How often each peak is measured. */
const peakRounds = 5;

/** After how many photos the heap is read. */
const checkpoints = [0, 1, 20, 200, 1000] as const;
const lastCheckpoint = 1000;
/** How many photos the rival classifies: its memory is what it is after a few. */
const rivalPhotos = 200;

/** Of WASM heap after the last checkpoint, in MiB. */
const targetMebibytes = 16;

/** Of V8's heap, buffers and WASM memory together while large photos are classified, in MB. An isolate has 128. */
const targetPeakMegabytes = 110;

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
  readonly petal: number;
  readonly sharp: number;
}

/** The most that an isolate holds while photos are classified. */
interface Peak extends HeapUsage {
  readonly name: string;
  readonly uploadBytes: number;
  readonly wasmBytes: number;
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
      ? await (await prepareNativeRuns(artifactPath, photos[0], folder))(rivalPhotos)
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
  let peaks: Peak[] | undefined;
  if (rivalsMissing === undefined) {
    peaks = await measurePeaks(setting);
    tables.push(peakTable(peaks));
    notes.push(
      targetNote(
        'V8 heap, buffers and WASM heap at the worst of these peaks',
        Math.max(...peaks.map(peakBytes)) / 1e6,
        targetPeakMegabytes,
        ' MB',
      ),
    );
  }
  if (rivalsMissing !== undefined) {
    notes.push(
      `Decoding was not measured, since sharp makes the photos for it, and the rival is missing: ${rivalsMissing}.`,
    );
  } else if (!canMeasurePeaks) {
    notes.push('Decoding was not measured: only Linux tells the peak of another process.');
  } else {
    decoding = await measureDecoding(folder);
    tables.push(decodeTable(decoding));
    notes.push(
      'Decoding: most resident memory above what there was before, in a fresh process of Node.js each, compiled code included; the estimate is what Petal sets aside, and what its limit on memory is about.',
    );
  }
  return {
    tables,
    notes,
    wrongAnswers: [],
    measurements: { heap, native: native?.residentBytes, peaks, decoding },
  };
}

async function readHeaps({ bundle, photos }: Setting): Promise<HeapReading[]> {
  const inspectorPort = await findFreePort();
  const worker = await startPetal({ bundle, inspectorPort, bindings: withoutCache });
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
      rival === undefined || photos !== rivalPhotos
        ? missing
        : mebibytes(rival.after - rival.before),
    ]),
  };
}

/** One photo of 48 megapixels, and four of 12 at once, from a fresh isolate on, several times over. */
async function measurePeaks({ bundle, photos }: Setting): Promise<Peak[]> {
  const scene = photos[0].bytes;
  const large = await makePhonePhoto(scene, { width: 8000, height: 6000, progressive: false });
  const progressive = await makePhonePhoto(scene, { width: 8000, height: 6000, progressive: true });
  const phone = await makePhonePhoto(scene, { width: 4000, height: 3000, progressive: false });
  const works: [string, Uint8Array, (url: URL, bytes: Uint8Array) => Promise<unknown>][] = [
    ['48 MP 4:2:0', large, postPhoto],
    ['48 MP 4:2:0, in a form', large, postForm],
    ['48 MP 4:2:0, progressive', progressive, postPhoto],
    ['four of 12 MP at once', phone, (url, bytes) => fourAtOnce(url, bytes, postPhoto)],
    ['four of 12 MP at once, in forms', phone, (url, bytes) => fourAtOnce(url, bytes, postForm)],
  ];
  const inspectorPort = await findFreePort();
  const worker = await startPetal({ bundle, inspectorPort, bindings: withoutCache });
  const peaks = new Map<string, Peak>();
  const progress = startProgress(peakRounds * works.length, 'peaks');
  try {
    for (let round = 0; round < peakRounds; round++) {
      for (const [name, bytes, work] of works) {
        const usage = await watchHeap(inspectorPort, () => work(worker.url, bytes));
        const { wasmHeapBytes } = await readHealth(worker.url);
        const peak = { name, uploadBytes: bytes.length, wasmBytes: wasmHeapBytes, ...usage };
        const former = peaks.get(name);
        if (former === undefined || peakBytes(peak) > peakBytes(former)) peaks.set(name, peak);
        progress.increment();
      }
    }
  } finally {
    progress.stop();
    await worker.dispose();
  }
  return [...peaks.values()];
}

function fourAtOnce(
  url: URL,
  bytes: Uint8Array,
  send: (url: URL, bytes: Uint8Array) => Promise<unknown>,
): Promise<unknown> {
  return Promise.all(Array.from({ length: 4 }, () => send(url, bytes)));
}

function peakBytes({ usedBytes, bufferBytes, wasmBytes }: Peak): number {
  return usedBytes + bufferBytes + wasmBytes;
}

function peakTable(peaks: readonly Peak[]): Table {
  const megabytes = (bytes: number): string => number(bytes / 1e6);
  return {
    title: `Most memory of the isolate in MB, of ${peakRounds} rounds`,
    columns: ['photo', 'upload', 'WASM heap', 'V8 heap', 'buffers', 'together'],
    rows: peaks.map((peak) => [
      peak.name,
      megabytes(peak.uploadBytes),
      megabytes(peak.wasmBytes),
      megabytes(peak.usedBytes),
      megabytes(peak.bufferBytes),
      megabytes(peakBytes(peak)),
    ]),
  };
}

async function measureDecoding(folder: string): Promise<DecodeMemory[]> {
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
      petal: await alone('Petal'),
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

function decodeTable(decoding: readonly DecodeMemory[]): Table {
  const megabytes = (bytes: number): string => number(bytes / 1e6);
  return {
    title: 'Peak memory of decoding a JPEG in MB',
    columns: ['photo', 'estimate', 'Petal', 'sharp'],
    rows: decoding.map((row) => [
      `${row.width} x ${row.height} ${row.sampling}${row.progressive ? ' progressive' : ''}`,
      megabytes(row.estimate),
      megabytes(row.petal),
      megabytes(row.sharp),
    ]),
  };
}
