import { useOnline } from './offline.ts';

export interface ReachNoticeProps {
  /** Whether Petal gave no answer. */
  readonly isUnreachable: boolean;
  /** Whether photos can be looked at in this browser. */
  readonly isLocalReady: boolean;
}

/** That there is no network, or no Petal at its other end, and what works nevertheless. */
export function ReachNotice({ isUnreachable, isLocalReady }: ReachNoticeProps) {
  const isOnline = useOnline();
  const why = isOnline ? 'Petal can’t be reached.' : 'You are offline.';
  const what = isLocalReady
    ? 'Photos are looked at in your browser.'
    : 'Photos can be looked at when that is over.';
  return (
    <p class="offline" role="status">
      {(!isOnline || isUnreachable) && `${why} ${what}`}
    </p>
  );
}
