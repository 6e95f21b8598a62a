import { WorkProgress } from '../grid/work-progress.tsx';
import type { Upload } from './upload.ts';

/** Refused photos that are named; of more, how many. */
const maxNamed = 5;

/** How far photos have come, which were refused, and why the rest was not sent. */
export function UploadStatus({ upload }: { upload: Upload }) {
  const { isRunning, left, total, startedMs, refused, repeatedCount, stoppedBy, waitSeconds } =
    upload;
  return (
    <>
      <p class="visually-hidden" role="status">
        {isRunning && 'Adding photos.'}
        {!isRunning && total > 0 && `${total - left - refused.length} of ${total} photos added.`}
      </p>
      {isRunning && (
        <WorkProgress
          label="Photos that were added"
          done={total - left}
          total={total}
          startedMs={startedMs}
          waitSeconds={waitSeconds}
          onCancel={() => upload.stop()}
        />
      )}
      {!isRunning && left > 0 && (
        <p role="alert">
          {stoppedBy && <span class="refused">{stoppedBy.message} </span>}
          {left} photo{left === 1 ? ' was' : 's were'} not added; what was added before is stored.{' '}
          <button type="button" class="quiet" onClick={() => void upload.run()}>
            Go on
          </button>{' '}
          <button type="button" class="quiet" onClick={() => upload.drop()}>
            Leave them out
          </button>
        </p>
      )}
      {!isRunning && repeatedCount > 0 && (
        <p class="note">
          {repeatedCount === 1 ? 'One photo was' : `${repeatedCount} photos were`} there already:
          each counts once.
        </p>
      )}
      {refused.length > 0 && (
        <ul class="refusals" role="alert">
          {refused.slice(0, maxNamed).map(({ label, photo, problem }) => (
            <li key={`${label} ${photo.path ?? photo.name}`}>
              <b>{photo.name}</b> <span class="refused">{problem.message}</span>
            </li>
          ))}
          {refused.length > maxNamed && <li>And {refused.length - maxNamed} more were refused.</li>}
        </ul>
      )}
    </>
  );
}
