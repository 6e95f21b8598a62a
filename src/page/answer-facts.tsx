import type { PagePhoto, PhotoAnswer } from './asker.ts';
import { durationText, sizeText } from './quantity.ts';

export interface AnswerFactsProps {
  readonly photo: PagePhoto;
  readonly photoAnswer: PhotoAnswer;
}

/** What was sent, how long it took, and who answered. */
export function AnswerFacts({ photo, photoAnswer }: AnswerFactsProps) {
  const { answer, by, durationsMs, totalMs } = photoAnswer;
  return (
    <dl class="facts">
      <dt>Photo</dt>
      <dd>{sizeSentence(photo.file.size, photoAnswer)}</dd>
      <dt>Time</dt>
      <dd>
        {durationsMs !== undefined && (
          <>
            decoding {durationText(durationsMs.decode)}, network{' '}
            {durationText(durationsMs.preprocess + durationsMs.inference)};{' '}
          </>
        )}
        answered after {durationText(totalMs)}
      </dd>
      <dt>Answered by</dt>
      <dd>
        {answer.model}
        {answer.version !== undefined && `, version ${answer.version}`},{' '}
        {by.kind === 'server' ? 'on the server' : 'in this browser'}
        {by.kind === 'local' && (
          <>
            {' '}
            in {by.arithmetic}, by <code>{by.binary}</code> and {by.threads}{' '}
            {by.threads === 1 ? 'thread' : 'threads'}
          </>
        )}
      </dd>
    </dl>
  );
}

function sizeSentence(fileBytes: number, { by, sentBytes, isReduced }: PhotoAnswer): string {
  if (by.kind === 'local') {
    return `${sizeText(fileBytes)}${isReduced ? `, reduced to ${sizeText(sentBytes)} here` : ''}; it was not sent`;
  }
  return isReduced
    ? `${sizeText(fileBytes)}, sent as ${sizeText(sentBytes)}`
    : `${sizeText(fileBytes)}, sent as it is`;
}
