import { join } from 'node:path';
import { decodePhoto, openPhoto } from '../src/image/decode-image.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { findWrongAnswers, largestDifferences } from './engines/answers.ts';
import {
  type Contender,
  type EngineFiles,
  prepareFiles,
  startContender,
} from './engines/contender.ts';
import { kernelSizeNotes } from './engines/kernel-size.ts';
import { NoExactKernels } from './engines/kernels.ts';
import { modelsOf } from './engines/models.ts';
import { type Measured, measureInTurns, ratioTo } from './engines/rounds.ts';
import {
  type EngineRow,
  engineRows,
  petalFloat32,
  type Runtime,
  runtimes,
} from './engines/rows.ts';
import { targetNotes } from './engines/targets.ts';
import { formatPhotos, type Photo } from './photos.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { summarize } from './statistics.ts';
import { mebibytes, missing, number, type Table } from './table.ts';

const inputSize = 224;
const limits = { maxPixels: 1e9, maxDecodeBytes: 2e9 };

/** The bare network in every engine that runs at the edge, against each other and native code. */
export const engines: Benchmark = {
  name: 'engines',
  question: 'How long does the bare network take in each engine?',
  async run(setting: Setting): Promise<Report> {
    return await withScratchFolder(async (folder) => {
      const notes: string[] = [];
      const files = await prepareAll(setting, folder, notes);
      const inputs = setting.photos.map(toPixels);
      const measured: Measured[] = [];
      for (const runtime of runtimes) {
        const contenders: Contender[] = [];
        try {
          for (const [row, own] of files) {
            if (runtime === 'workerd' && row.binary === undefined) continue;
            try {
              contenders.push(await startContender(row, runtime, own));
            } catch (error) {
              if (!row.isRival) throw error;
              const [reason] = String(error instanceof Error ? error.message : error).split('\n');
              notes.push(`${row.name} does not run in ${runtime}: ${reason}`);
            }
          }
          measured.push(
            ...(await measureInTurns(contenders.map((contender) => ({ contender, inputs })))),
          );
        } finally {
          await Promise.all(contenders.map((contender) => contender.dispose()));
        }
      }
      notes.push(...(await kernelSizeNotes()));
      return report(measured, files, notes, setting);
    });
  },
};

/** @param notes are added what can't run here */
async function prepareAll(
  { artifactPath, rivalsMissing }: Setting,
  folder: string,
  notes: string[],
): Promise<Map<EngineRow, EngineFiles>> {
  const models = modelsOf(artifactPath, folder);
  const files = new Map<EngineRow, EngineFiles>();
  for (const [i, row] of engineRows.entries()) {
    if (row.isRival && rivalsMissing !== undefined) continue;
    const own = join(folder, String(i));
    try {
      files.set(row, await prepareFiles(row, await models[row.model](), own));
    } catch (error) {
      if (!(error instanceof NoExactKernels)) throw error;
      notes.push(`${row.name} does not run here: ${error.message}`);
    }
  }
  return files;
}

/** uint8 [224, 224, 3], as Petal crops and resizes it: what all engines can be given alike. */
function toPixels({ bytes }: Photo): Uint8Array {
  const opened = openPhoto(bytes);
  const input = new NetworkInput(opened.stored, inputSize, 'crop');
  decodePhoto(opened, input, limits);
  return input.values;
}

function report(
  measured: readonly Measured[],
  files: ReadonlyMap<EngineRow, EngineFiles>,
  failures: readonly string[],
  { photos, rivalsMissing }: Setting,
): Report {
  const count = measured[0]?.roundsMs.length ?? 0;
  const notes = [
    formatPhotos(photos),
    `Medians of ${count} turns, each the mean of a tenth of a second of inferences on one photo, at batch 1 on one thread; engines take turns, each in a process of its own, one at a time. Ratios are medians of those within a round. An input lies in JavaScript's memory in the engine's own type and layout, made of the same uint8 pixels beforehand; copying it to the engine and the probabilities back is timed.`,
    `"apart": the largest difference of a probability from ${petalFloat32}'s. int8 engines have to answer the same bytes.`,
    '"adds": binary and JavaScript, without weights, minified and gzipped at level 9.',
    ...failures,
  ];
  if (rivalsMissing !== undefined) notes.push(`The rivals are missing: ${rivalsMissing}.`);
  return {
    tables: runtimes.map((runtime) => timesTable(runtime, measured, files)),
    notes: [...notes, ...targetNotes(measured)],
    wrongAnswers: findWrongAnswers(
      measured,
      photos.map(({ name }) => name),
    ),
    measurements: measured.map(({ row, runtime, roundsMs, heapBytes }) => ({
      engine: row.name,
      runtime,
      inferenceMs: summarize(roundsMs),
      heapBytes,
      gzipBytes: files.get(row)?.gzipBytes,
    })),
  };
}

function timesTable(
  runtime: Runtime,
  measured: readonly Measured[],
  files: ReadonlyMap<EngineRow, EngineFiles>,
): Table {
  const here = measured.filter((one) => one.runtime === runtime);
  const petal = here.find(({ row }) => row.name === petalFloat32);
  const apart = largestDifferences(measured);
  return {
    title: `An inference in ${runtime}, in milliseconds`,
    columns: [
      'engine',
      'median',
      'p10-p90',
      `to ${petalFloat32}`,
      'apart',
      'WASM heap (MiB)',
      'adds (MiB)',
    ],
    rows: here.map((one) => {
      const { row, roundsMs, heapBytes } = one;
      const { median, p10, p90 } = summarize(roundsMs);
      const gzipBytes = files.get(row)?.gzipBytes;
      return [
        row.name,
        number(median),
        `${number(p10)}-${number(p90)}`,
        petal === undefined ? missing : `${ratioTo(one, petal).toFixed(2)}x`,
        apart[measured.indexOf(one)].toPrecision(1),
        heapBytes === undefined ? missing : mebibytes(heapBytes),
        gzipBytes === undefined ? missing : mebibytes(gzipBytes),
      ];
    }),
  };
}
