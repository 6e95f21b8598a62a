import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { AnswerFacts } from './answer-facts.tsx';
import type { Asker, PagePhoto, PhotoAnswer } from './asker.ts';
import { PhotoFigure } from './photo-figure.tsx';
import { PredictionBars } from './prediction-bars.tsx';
import { percentText } from './quantity.ts';
import { isWorthRepeating, RefusalNotice } from './refusal-notice.tsx';
import { type Asked, useAnswer } from './use-answer.ts';
import { WaitNotice } from './wait-notice.tsx';

export interface PhotoAnswerViewProps {
  readonly photo: PagePhoto;
  /** Undefined as long as it is not known how to ask. */
  readonly asker: Asker | undefined;
  /** The photo is only asked about in this browser; what sends it to the server instead. */
  readonly onSend: (() => void) | undefined;
  readonly onCancel: () => void;
  /** What has to be done before the photo is looked at. */
  readonly doing: string | undefined;
}

const firstHeat = 0.6;

/** One photo and what it shows. */
export function PhotoAnswerView({ photo, asker, onSend, onCancel, doing }: PhotoAnswerViewProps) {
  const [asked, askAgain] = useAnswer(photo.file, asker);
  const [chosen, setChosen] = useState({ of: asked, place: 0 });
  const [heat, setHeat] = useState(firstHeat);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the answer would appear below what is seen.
    if (matchMedia('(width < 46rem)').matches) section.current?.scrollIntoView();
    // The button of an example is gone, and would take the place of who works by keyboard with it.
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
  }, []);
  // Another answer begins with its first prediction.
  const place = chosen.of === asked ? chosen.place : 0;
  const photoAnswer = asked.kind === 'answered' ? asked.answer : undefined;
  const prediction = photoAnswer?.answer.predictions[place];
  const picture = useMemo(() => pictureOf(photoAnswer, place), [photoAnswer, place]);
  return (
    <section ref={section} class="answer" tabIndex={-1} aria-label={`Answer for ${photo.name}`}>
      <PhotoFigure
        photo={photo}
        isBusy={asked.kind === 'asking'}
        picture={picture}
        label={prediction?.label}
        heat={heat}
        onHeat={setHeat}
      />
      <div class="findings">
        <p class="visually-hidden" role="status">
          {sentenceOf(asked, photo)}
        </p>
        {asked.kind === 'asking' && (
          <>
            <WaitNotice againAtMs={asked.againAtMs} doing={doing} />
            <button type="button" class="quiet" onClick={onCancel}>
              Cancel
            </button>
          </>
        )}
        {asked.kind === 'refused' && (
          <RefusalNotice refusal={asked.refusal}>
            {isWorthRepeating(asked.refusal) && (
              <>
                <button type="button" onClick={askAgain}>
                  Try again
                </button>
                {onSend !== undefined && (
                  <button type="button" class="quiet" onClick={onSend}>
                    Send it to the server
                  </button>
                )}
              </>
            )}
          </RefusalNotice>
        )}
        {photoAnswer !== undefined && (
          <>
            <h2 class="headline">{headlineOf(photoAnswer)}</h2>
            {photoAnswer.answer.unknown && (
              <p>
                The photo probably shows none of the things that this model knows. Its best guesses:
              </p>
            )}
            <PredictionBars
              predictions={photoAnswer.answer.predictions}
              chosen={place}
              onChoose={(place) => setChosen({ of: asked, place })}
            />
            <AnswerFacts photo={photo} photoAnswer={photoAnswer} />
          </>
        )}
      </div>
    </section>
  );
}

function headlineOf({ answer: { unknown, predictions } }: PhotoAnswer): string {
  return unknown || predictions.length === 0 ? 'Petal is not sure' : predictions[0].label;
}

/** What is read out. */
function sentenceOf(asked: Asked, { name }: PagePhoto): string {
  if (asked.kind === 'asking') {
    // Without the seconds, which would be read out one after the other.
    return asked.againAtMs === undefined ? `Looking at ${name}` : 'Petal is busy, and tries again';
  }
  // An alert is read out by itself.
  if (asked.kind === 'refused') return '';
  const { predictions } = asked.answer.answer;
  const list = predictions.map(({ label, probability }) => `${label} ${percentText(probability)}`);
  return `${name}: ${headlineOf(asked.answer)}. ${list.join(', ')}.`;
}

function pictureOf(photoAnswer: PhotoAnswer | undefined, place: number) {
  const { predictions, region, image } = photoAnswer?.answer ?? {};
  const heatmap = predictions?.[place]?.heatmap;
  if (heatmap === undefined || region === undefined || image === undefined) return undefined;
  return { heatmap, region, photo: image };
}
