/** What readers look at first: which versions of a model there are, and which one its name stands for. */
import * as z from 'zod';
import type { Manifest } from '../classes/manifest.ts';

const share = z.number().min(0).max(1);

/** Ways in which a version came to be. */
export const versionSources = ['upload', 'training'] as const;

/** What is known of a version without its file. */
const versionSummary = z.object({
  sha256: z.string(),
  bytes: z.int(),
  source: z.enum(versionSources),
  labelCount: z.int(),
  head: z.enum(['softmax', 'knn']),
  fineTuned: z.string(),
  /** Missing where there was too little to measure with. */
  accuracy: share.optional(),
  /** Of the accuracy, 95 %. */
  interval: z.tuple([share, share]).optional(),
});
export type VersionSummary = z.infer<typeof versionSummary>;

const versionEntry = versionSummary.extend({
  version: z.int().min(1),
  /** Key of the model's file. No other version, of this model or another, ever has it. */
  file: z.string(),
  /** Milliseconds since 1970, as all times here. */
  createdAt: z.int(),
});
export type VersionEntry = z.infer<typeof versionEntry>;

/** Members that are not known here come from a later version of the code, and are left out. */
export const modelPointer = z.object({
  /** Grows with every change, even over the end of a model and the beginning of another of its name. */
  revision: z.int(),
  /** The version that the name stands for; null where there is none yet. */
  current: z.int().nullable(),
  /** In the order of publishing. */
  versions: z.array(versionEntry),
  deletedAt: z.int().nullable(),
});
export type ModelPointer = z.infer<typeof modelPointer>;

/** The same as far as a list of models says it: fits into the metadata of a key. */
export const pointerMetadata = modelPointer
  .omit({ versions: true, current: true })
  .extend({ current: versionEntry.nullable() });
export type PointerMetadata = z.infer<typeof pointerMetadata>;

export const pointerPrefix = 'models/';

export function pointerKey(name: string): string {
  return pointerPrefix + name;
}

/** @param id that no other file has */
export function fileKey(name: string, id: string): string {
  return `files/${name}/${id}`;
}

export function metadataOf({ revision, deletedAt, ...pointer }: ModelPointer): PointerMetadata {
  return { revision, deletedAt, current: currentOf(pointer) ?? null };
}

/** The version that the name stands for. */
export function currentOf({
  current,
  versions,
}: Pick<ModelPointer, 'current' | 'versions'>): VersionEntry | undefined {
  return versions.find(({ version }) => version === current);
}

export function summaryOf(
  { head, labels, metrics, training }: Manifest,
  file: Pick<VersionSummary, 'sha256' | 'bytes' | 'source'>,
): VersionSummary {
  return {
    ...file,
    labelCount: labels.length,
    head: head.kind,
    fineTuned: training.fineTuned,
    ...(metrics === undefined ? {} : { accuracy: metrics.accuracy, interval: metrics.interval }),
  };
}
