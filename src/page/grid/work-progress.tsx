export interface WorkProgressProps {
  /** Of the work, for those who can't see the bar: "Photos that were looked at". */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** When the work began, by `performance.now()`. */
  readonly startedMs: number;
  /** After how many seconds Petal, who is busy, is asked again. */
  readonly waitSeconds: number | undefined;
  readonly onCancel: () => void;
}

/** Work that is shorter than this ends before a guess could be read. */
const worthGuessingMs = 2000;

/** A bar with the count, and the time left where it is worth saying. */
export function WorkProgress(props: WorkProgressProps) {
  const { label, done, total, startedMs, waitSeconds, onCancel } = props;
  const spentMs = performance.now() - startedMs;
  const leftMs = done === 0 ? 0 : (spentMs / done) * (total - done);
  return (
    <div class="work">
      <progress aria-label={label} value={done} max={total} />
      <span class="work-count">
        {done} of {total}
        {spentMs + leftMs > worthGuessingMs && leftMs > 0 && `, ${timeText(leftMs)} left`}
      </span>
      <button type="button" class="quiet" onClick={onCancel}>
        Cancel
      </button>
      {waitSeconds !== undefined && <span class="note">{waitText(waitSeconds)}</span>}
    </div>
  );
}

/** `about 40 seconds` */
function timeText(durationMs: number): string {
  const seconds = Math.max(1, Math.round(durationMs / 1000));
  if (seconds >= 90) return `about ${Math.round(seconds / 60)} minutes`;
  const rounded = seconds > 10 ? Math.ceil(seconds / 5) * 5 : seconds;
  return `about ${rounded} second${rounded === 1 ? '' : 's'}`;
}

function waitText(seconds: number): string {
  const rounded = Math.max(1, Math.ceil(seconds));
  return `Petal is busy, and is asked again in ${rounded} second${rounded === 1 ? '' : 's'}.`;
}
