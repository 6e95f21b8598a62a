import type { Tail } from '../mobilenet/tail.ts';
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

/** The model of a head that was trained, on the backbone as it is or on blocks that were trained with it. */
export function trainedModel(
  trained: TrainedHead & { readonly tail?: Tail },
  { labels, backbone, createdAt, createdBy }: ModelOrigin,
): CustomModel {
  const { head, tail, thresholds, metrics, training } = trained;
  return {
    head,
    ...(tail === undefined ? {} : { tail }),
    manifest: {
      format: modelFormat,
      labels: [...labels],
      backbone: { model: backbone.model, sha256: backbone.sha256 },
      head: describeHead(head),
      ...(tail === undefined ? {} : { firstTunedBlock: tail.blocks[0].name }),
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
