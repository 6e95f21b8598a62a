import type { Head } from './head.ts';
import { type Manifest, modelFormat } from './manifest.ts';
import type { CustomModel } from './model-file.ts';
import type { TrainedHead } from './train-head.ts';

/** What a head does not say of the model that it becomes. */
export interface ModelOrigin {
  /** In the order that the head counts by. */
  readonly labels: readonly string[];
  readonly backbone: Manifest['backbone'];
  readonly createdAt: Date;
  /** Program and version, e.g. "petal 0.1.0". */
  readonly createdBy: string;
}

/** The model of a head that was trained on the backbone as it is. */
export function trainedModel(
  { head, thresholds, metrics, training }: TrainedHead,
  { labels, backbone: { model, sha256 }, createdAt, createdBy }: ModelOrigin,
): CustomModel {
  return {
    head,
    manifest: {
      format: modelFormat,
      labels: [...labels],
      backbone: { model, sha256 },
      head: describeHead(head),
      thresholds,
      ...(metrics === undefined ? {} : { metrics }),
      training,
      createdAt: createdAt.toISOString(),
      createdBy,
    },
  };
}

function describeHead(head: Head): Manifest['head'] {
  const { kind, temperature } = head;
  return kind === 'softmax'
    ? { kind, temperature }
    : { kind, temperature, neighbours: head.neighbours };
}
