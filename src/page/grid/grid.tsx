import { useRef, useState } from 'preact/hooks';
import type { GridProps, PagePhoto } from '../asker.ts';
import { resultsCsv } from './csv.ts';
import { download, resultsFileName } from './download.ts';
import type { PhotoQueue } from './photo-queue.ts';
import { sheetPage } from './sheet.tsx';
import { type GroupName, groupNames, type Summary, summarise } from './summary.ts';
import { Tile } from './tile.tsx';
import { usePhotoQueue } from './use-photo-queue.ts';
import { WorkProgress } from './work-progress.tsx';

/** Several photos side by side, five in a row, each with what the model says of it. */
export function Grid({ photos, asker, modelName, onOpen }: GridProps) {
  const queue = usePhotoQueue(photos, asker);
  const [group, setGroup] = useState<GroupName>('all');
  // Tiles are drawn again only when their photo changes.
  const latestOnOpen = useRef(onOpen);
  latestOnOpen.current = onOpen;
  const [open] = useState(() => (photo: PagePhoto) => latestOnOpen.current(photo));

  const summary = summarise(queue.photos, queue.labels);
  // The last one of a group may have been answered on a second try.
  const shown = summary.groups[group].length > 0 ? group : 'all';
  return (
    <section class="grid tiles-room" aria-label="What the photos show">
      <header class="grid-head">
        <div>
          <h2>{modelName}</h2>
          <p class="note">{summary.caption}</p>
        </div>
        <Downloads queue={queue} summary={summary} modelName={modelName} />
      </header>
      <Asking queue={queue} refusedCount={summary.groups.refused.length} />
      <div class="grid-bar">
        <Groups summary={summary} shown={shown} onChoose={setGroup} />
        <Again queue={queue} refusedCount={summary.groups.refused.length} />
      </div>
      <ul class="tiles">
        {summary.groups[shown].map((asked) => (
          <Tile key={asked.place} asked={asked} labels={queue.labels} onOpen={open} />
        ))}
      </ul>
    </section>
  );
}

interface DownloadsProps {
  readonly queue: PhotoQueue;
  readonly summary: Summary;
  readonly modelName: string;
}

function Downloads({ queue, summary, modelName }: DownloadsProps) {
  const saveCsv = (): void => {
    const csv = resultsCsv(queue.photos, modelName);
    download(new Blob([csv], { type: 'text/csv' }), resultsFileName(modelName, 'csv'));
  };
  const saveSheet = async (): Promise<void> => {
    const page = await sheetPage({ modelName, summary, labels: queue.labels });
    download(new Blob([page], { type: 'text/html' }), resultsFileName(modelName, 'html'));
  };
  return (
    <div class="grid-actions">
      <button type="button" class="quiet" disabled={queue.isRunning} onClick={saveCsv}>
        Download CSV
      </button>
      <button type="button" class="quiet" disabled={queue.isRunning} onClick={saveSheet}>
        Download sheet
      </button>
    </div>
  );
}

interface AskingProps {
  readonly queue: PhotoQueue;
  readonly refusedCount: number;
}

/** What goes on, or why it doesn't. */
function Asking({ queue, refusedCount }: AskingProps) {
  const { isRunning, total, left, startedMs, stoppedBy, waitSeconds } = queue;
  const answered = queue.photos.length - refusedCount - waitingCount(queue);
  return (
    <>
      <p class="visually-hidden" role="status">
        {isRunning
          ? `Looking at ${counted(total)}.`
          : `${answered} of ${counted(queue.photos.length)} answered.`}
      </p>
      {isRunning && (
        <WorkProgress
          label="Photos that were looked at"
          done={total - left}
          total={total}
          startedMs={startedMs}
          waitSeconds={waitSeconds}
          onCancel={() => queue.stop()}
        />
      )}
      {stoppedBy && (
        <p class="refused" role="alert">
          {stoppedBy.message}
        </p>
      )}
    </>
  );
}

/** Photos without an answer can be asked about once more. */
function Again({ queue, refusedCount }: AskingProps) {
  const waiting = waitingCount(queue);
  if (queue.isRunning || refusedCount + waiting === 0) return null;
  const counts = [
    ...(refusedCount > 0 ? [`${counted(refusedCount)} refused`] : []),
    ...(waiting > 0 ? [`${counted(waiting)} not asked`] : []),
  ];
  return (
    <p class="grid-again">
      {counts.join(', ')}.{' '}
      <button type="button" class="quiet" onClick={() => void queue.run()}>
        {waiting > 0 ? 'Go on' : 'Try again'}
      </button>
    </p>
  );
}

interface GroupsProps {
  readonly summary: Summary;
  readonly shown: GroupName;
  readonly onChoose: (group: GroupName) => void;
}

/** Shows some of the photos only. */
function Groups({ summary: { groups }, shown, onChoose }: GroupsProps) {
  const present = groupNames.filter((name) => groups[name].length > 0);
  if (present.length < 2) return null;
  return (
    <fieldset class="grid-groups">
      <legend class="visually-hidden">Show</legend>
      {present.map((name) => (
        <button
          type="button"
          key={name}
          aria-pressed={name === shown}
          onClick={() => onChoose(name)}
        >
          {name} <span class="number">{groups[name].length}</span>
        </button>
      ))}
    </fieldset>
  );
}

function waitingCount({ photos }: PhotoQueue): number {
  return photos.filter(({ result }) => result.kind === 'waiting').length;
}

function counted(photos: number): string {
  return `${photos} photo${photos === 1 ? '' : 's'}`;
}
