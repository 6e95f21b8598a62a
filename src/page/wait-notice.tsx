import { useEffect, useState } from 'preact/hooks';

export interface WaitNoticeProps {
  /** By Date.now(); undefined as long as Petal is not busy. */
  readonly againAtMs: number | undefined;
  /** What is being done, where there is more to say than that Petal looks at the photo. */
  readonly doing: string | undefined;
}

const longMs = 6000;

/** That Petal looks at the photo, or how long it lets it wait. */
export function WaitNotice({ againAtMs, doing }: WaitNoticeProps) {
  const secondsLeft = useSecondsUntil(againAtMs);
  const isLong = useIsPast(longMs);
  if (secondsLeft === undefined) {
    return (
      <p class="wait">
        {doing ?? 'Petal is looking at your photo …'}
        {isLong && <span class="note"> It takes longer than usual.</span>}
      </p>
    );
  }
  return (
    <p class="wait">
      {secondsLeft > 0
        ? `Petal is busy, trying again in ${secondsLeft} s`
        : 'Petal is busy, trying again'}
    </p>
  );
}

/** Whether so much time has gone by since it was shown. */
function useIsPast(durationMs: number): boolean {
  const [isPast, setPast] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPast(true), durationMs);
    return () => clearTimeout(timer);
  }, [durationMs]);
  return isPast;
}

function useSecondsUntil(timeMs: number | undefined): number | undefined {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    setNowMs(Date.now());
    if (timeMs === undefined) return;
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [timeMs]);
  return timeMs === undefined ? undefined : Math.max(0, Math.ceil((timeMs - nowMs) / 1000));
}
