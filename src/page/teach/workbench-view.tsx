import { useEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import type { TeachProps } from '../asker.ts';
import { Accuracy } from './accuracy.tsx';
import { ClassCard } from './class-card.tsx';
import { canTrain, trainingHint } from './hints.ts';
import { NameForm } from './name-form.tsx';
import { labelProblem } from './names.ts';
import { PhotoDrop } from './photo-drop.tsx';
import { TryIt } from './try-it.tsx';
import { UploadStatus } from './upload-status.tsx';
import { Versions } from './versions.tsx';
import type { Workbench } from './workbench.ts';

interface WorkbenchViewProps {
  readonly bench: Workbench;
  readonly askerOf: TeachProps['askerOf'];
  readonly onLeave: () => void;
}

/** A model with its classes, its training, and what it has learned. */
export function WorkbenchView({ bench, askerOf, onLeave }: WorkbenchViewProps) {
  const [, redraw] = useReducer<number, undefined>((count) => count + 1, 0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    bench.onChange = () => redraw(undefined);
    void bench.load();
    // The form that was here is gone, with whatever had the focus.
    heading.current?.focus();
    return () => bench.close();
  }, [bench]);
  const { model, isLoaded, isDeleted } = bench;
  return (
    <>
      <div class="grid-head">
        <h3 tabIndex={-1} ref={heading}>
          {model.name}
        </h3>
        <button type="button" class="quiet" onClick={onLeave}>
          Another model
        </button>
      </div>
      <Happenings bench={bench} />
      {isLoaded && !isDeleted && (
        <>
          <Classes bench={bench} />
          <Training bench={bench} />
          <Learned bench={bench} askerOf={askerOf} />
          <Versions bench={bench} />
        </>
      )}
    </>
  );
}

/** What goes on, what has come of it, and what could not be done. */
function Happenings({ bench }: { bench: Workbench }) {
  const { activity, notice, problem, upload, isDeleted, isLoaded } = bench;
  const isGone =
    isDeleted || [problem, upload.stoppedBy].some((each) => each?.code === 'model-deleted');
  return (
    <>
      <p role="status" class={activity || notice ? 'happening' : 'visually-hidden'}>
        {activity ?? notice}
      </p>
      {problem && (
        <p class="refused" role="alert">
          {problem.message}
        </p>
      )}
      {!isLoaded && problem && problem.code !== 'invalid-parameter' && (
        <button type="button" class="quiet" onClick={() => void bench.load()}>
          Try again
        </button>
      )}
      {isGone && (
        <button type="button" class="quiet" onClick={() => void bench.restore()}>
          Restore {bench.model.name}
        </button>
      )}
    </>
  );
}

function Classes({ bench }: { bench: Workbench }) {
  const { classes } = bench;
  const labels = classes.map(({ label }) => label);
  return (
    <>
      <ul class="classes">
        {classes.map((taught) => (
          <ClassCard
            key={taught.label}
            bench={bench}
            taught={taught}
            otherLabels={labels.filter((label) => label !== taught.label)}
          />
        ))}
      </ul>
      <div class="more-classes">
        <NameForm
          label="New class"
          button="Add class"
          placeholder={['rose', 'daisy', 'tulip'].find((label) => !labels.includes(label)) ?? ''}
          problemOf={(label) =>
            labels.includes(label) ? `There is a class ${label} already.` : labelProblem(label)
          }
          onName={(label) => bench.addClass(label)}
        />
        <PhotoDrop
          label="Choose a folder of classes"
          isFolder
          onPhotos={(photos) => bench.addFolder(photos)}
        >
          <p>Or drop a folder here: each folder in it becomes a class.</p>
        </PhotoDrop>
      </div>
      <UploadStatus upload={bench.upload} />
    </>
  );
}

function Training({ bench }: { bench: Workbench }) {
  const { classes, activity, upload, isTrained } = bench;
  const hint = trainingHint(classes);
  return (
    <div class="training">
      <button
        type="button"
        disabled={!canTrain(classes) || activity !== undefined || upload.isRunning}
        onClick={() => void bench.train()}
      >
        Train
      </button>
      <span class="note">
        {isTrained && 'The model knows all of these photos. '}
        {hint ?? (isTrained ? '' : 'Everything is ready to train.')}
      </span>
    </div>
  );
}

function Learned({ bench, askerOf }: Pick<WorkbenchViewProps, 'bench' | 'askerOf'>) {
  const { name } = bench.model;
  const version = bench.description?.version ?? undefined;
  // A new version is another model, and is asked about the photos again.
  const asker = useMemo(
    () => (version === undefined ? undefined : askerOf(name)),
    [askerOf, name, version],
  );
  if (asker === undefined) return null;
  return (
    <>
      <h3>What version {version} has learned</h3>
      {bench.description?.problem ? (
        <p class="refused">{bench.description.problem.detail}</p>
      ) : (
        <Accuracy metrics={bench.description?.manifest?.metrics} />
      )}
      <TryIt asker={asker} />
    </>
  );
}
