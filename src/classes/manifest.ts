/** What a user's model says of itself: where it comes from, and how well it was measured to do. */
import * as z from 'zod';

/** Version of the file's layout. Other values are refused. */
export const modelFormat = 'petal-model/1';

/** The most labels that one model tells apart. */
export const maxLabels = 1000;

const count = z.int().min(0);
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

/** A number for each label. It is refused as a whole: a million wrong numbers would be as many reports. */
const countsByLabel = z
  .custom<number[]>(
    (value) => Array.isArray(value) && value.every(isCount),
    'Expected integers of at least 0',
  )
  .pipe(z.array(count));

const share = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'Expected a SHA-256 in hexadecimal');

export const labelName = z
  .string()
  .min(1, 'Expected a label of at least one character')
  .max(100, 'Expected a label of at most 100 characters')
  // A label stands in lists that are separated by commas.
  .regex(/^[^,\p{Cc}]+$/u, 'Expected a label without commas and control characters')
  // UTF-8 has no lone surrogates. Where one is stored, or bytes that are no UTF-8 are read, U+FFFD
  // takes their place, so that different labels would become the same.
  .refine(
    (label) => label.isWellFormed() && !label.includes('\ufffd'),
    'Expected a label of whole Unicode characters, without lone surrogates and without U+FFFD',
  )
  .refine((label) => label === label.trim(), 'Expected a label without spaces around it');

/** How well a model does on photos that it was not trained on. */
export const modelMetrics = z
  .strictObject({
    /** Photos held out once, or each photo once (cross-validation); `folds` is 1 for the first. */
    folds: z.int().min(1),
    photos: count,
    correct: count,
    accuracy: share,
    /** Wilson's 95 % score interval of the accuracy. */
    interval: z.tuple([share, share]),
    /** Rows are what photos show, columns what they were taken for, both in order of the labels. */
    confusion: z.array(countsByLabel),
    labels: z.array(
      z.strictObject({
        label: labelName,
        photos: count,
        /** Of the photos taken for it, how many show it; null where none was. */
        precision: share.nullable(),
        /** Of the photos that show it, how many were taken for it; null where there is none. */
        recall: share.nullable(),
      }),
    ),
    /** Mean negative logarithm of the right label's probability, in nats, after the temperature. */
    logLoss: z.number().min(0),
    /** Expected calibration error over ten bins (https://arxiv.org/abs/1706.04599), after the temperature. */
    calibrationError: share,
  })
  .meta({ id: 'ModelMetrics' });
export type ModelMetrics = z.infer<typeof modelMetrics>;

/** How a model came to be. */
const training = z.strictObject({
  /** Photos of each label, in order of the labels. */
  examples: countsByLabel,
  seed: z.int(),
  /** Weight of the L2 penalty. */
  l2: z.number().min(0).optional(),
  /** What was trained beside the head: `none`, `last` or `blocks=N`. */
  fineTuned: z
    .string()
    .regex(/^(none|last|blocks=\d+)$/)
    .default('none'),
  /** Views of each photo that were trained on, the plain one among them. */
  views: z.int().min(1).default(1),
  epochs: count.optional(),
  learningRate: z.number().positive().optional(),
});

/** How a head decides. */
const headDescription = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('softmax'), temperature: z.number().positive() }),
  z.strictObject({
    kind: z.literal('knn'),
    temperature: z.number().positive(),
    neighbours: z.int().min(1),
  }),
]);

export const manifest = z
  .strictObject({
    format: z.literal(modelFormat, `Expected the format ${modelFormat}`),
    labels: z
      .array(labelName)
      .min(2, 'Expected at least two labels')
      .max(maxLabels, `Expected at most ${maxLabels} labels`)
      .refine((labels) => new Set(labels).size === labels.length, 'Expected each label once'),
    /** The backbone that the model belongs on; another gives other embeddings. */
    backbone: z.strictObject({ model: z.string().min(1).max(100), sha256 }),
    head: headDescription,
    /** The first block of the backbone that the file has a version of its own of; all after it, too. */
    firstTunedBlock: z.string().max(40).optional(),
    /** Below these an answer is `unknown`. */
    thresholds: z.strictObject({ minTopProbability: share, minMargin: share }),
    /** Missing where there was too little to measure with. */
    metrics: modelMetrics.optional(),
    training,
    createdAt: z.iso.datetime(),
    /** Program and version, e.g. "petal 0.1.0". */
    createdBy: z.string().min(1).max(100),
  })
  .superRefine(({ labels, metrics, training }, context) => {
    const lists: [string, { length: number } | undefined][] = [
      ['training.examples', training.examples],
      ['metrics.labels', metrics?.labels],
      ['metrics.confusion', metrics?.confusion],
      ...(metrics?.confusion ?? []).map((row): [string, number[]] => ['metrics.confusion', row]),
    ];
    for (const [name, list] of lists) {
      if (list === undefined || list.length === labels.length) continue;
      context.addIssue(`Expected as many rows in ${name} as there are labels, ${labels.length}`);
    }
  });

export type Manifest = z.infer<typeof manifest>;
