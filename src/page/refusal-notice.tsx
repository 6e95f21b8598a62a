import type { ComponentChildren } from 'preact';
import type { Refusal } from './asker.ts';
import { useOnline } from './offline.ts';

export interface RefusalNoticeProps {
  readonly refusal: Refusal;
  /** What can be done about it. */
  readonly children?: ComponentChildren;
}

/** Codes of failures that are none of Petal's problems, and have no page. */
const withoutPage = ['network', 'timeout', 'unexpected-answer', 'local-unavailable'];

/** Codes that say something of the photo itself: it will be refused again, wherever it is asked about. */
const ofThePhoto = [
  'unsupported-media-type',
  'payload-too-large',
  'image-too-large',
  'too-much-work',
  'image-decode-failed',
  'empty-body',
];

/** Whether the same photo may be answered the next time. */
export function isWorthRepeating({ code }: Refusal): boolean {
  return !ofThePhoto.includes(code);
}

/** Why there is no answer, in the problem's own sentence. */
export function RefusalNotice({ refusal: { message, code }, children }: RefusalNoticeProps) {
  const isOnline = useOnline();
  return (
    <div class="refusal" role="alert">
      <p class="refusal-sentence">{message}</p>
      {code === 'network' && !isOnline && <p>You are offline.</p>}
      <p class="note">
        {withoutPage.includes(code) ? (
          <code>{code}</code>
        ) : (
          <a href={`/problems/${code}`}>
            <code>{code}</code>
          </a>
        )}
      </p>
      <p class="choices">{children}</p>
    </div>
  );
}
