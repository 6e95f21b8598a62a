import type { KnownLabels, Verdict } from './known-labels.ts';
import type { AskedPhoto } from './photo-result.ts';

/** What a person may want to see by itself. */
export const groupNames = ['all', 'not sure', 'wrong', 'refused'] as const;
export type GroupName = (typeof groupNames)[number];

/** Photos by what became of them. */
export interface Summary {
  readonly groups: Readonly<Record<GroupName, readonly AskedPhoto[]>>;
  /** `10 photos, 9 of 10 right` */
  readonly caption: string;
}

export function summarise(photos: readonly AskedPhoto[], labels: KnownLabels | undefined): Summary {
  const wrong: AskedPhoto[] = [];
  let judged = 0;
  for (const asked of photos) {
    const verdict = verdictOf(asked, labels);
    if (verdict === undefined) continue;
    judged += 1;
    if (!verdict.isRight) wrong.push(asked);
  }
  const count = `${photos.length} photo${photos.length === 1 ? '' : 's'}`;
  return {
    groups: {
      all: photos,
      'not sure': photos.filter(
        ({ result }) => result.kind === 'answered' && result.answer.unknown,
      ),
      wrong,
      refused: photos.filter(({ result }) => result.kind === 'refused'),
    },
    caption: judged === 0 ? count : `${count}, ${judged - wrong.length} of ${judged} right`,
  };
}

function verdictOf(
  { photo, result }: AskedPhoto,
  labels: KnownLabels | undefined,
): Verdict | undefined {
  return result.kind === 'answered' ? labels?.judge(photo, result.answer.predictions) : undefined;
}
