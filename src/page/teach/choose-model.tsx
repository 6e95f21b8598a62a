import { useEffect, useState } from 'preact/hooks';
import type { CustomModelSummary } from '../../contract/models.ts';
import { isRefusal } from '../asker.ts';
import { type PetalAddress, readModels } from '../petal-api.ts';
import { percentText } from '../quantity.ts';
import { NameForm } from './name-form.tsx';
import { modelNameProblem } from './names.ts';

interface ChooseModelProps {
  readonly address: PetalAddress;
  readonly onChoose: (name: string) => void;
}

/** Which model is taught: a new one, or one of those that are there. */
export function ChooseModel({ address, onChoose }: ChooseModelProps) {
  const [models, setModels] = useState<readonly CustomModelSummary[]>([]);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    readModels(address).then(
      (all) => {
        if (isCurrent) setModels(all.filter((model) => 'version' in model));
      },
      (error: unknown) => {
        if (!isRefusal(error)) throw error;
        if (isCurrent) setProblem(error.message);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [address]);
  return (
    <>
      <p>
        Name a model, give it classes with some photos each, and press Train. For example{' '}
        <b>flowers</b>, with photos of <b>rose</b>, <b>daisy</b> and <b>tulip</b>: five of each are
        a beginning, twenty are good. With a name that you have used before you go on.
      </p>
      <p class="note">
        Photos that you teach with are sent to Petal and kept there with the model, also while
        “Don’t upload my photos” is on.
      </p>
      <NameForm
        label="Name of the model"
        button="Begin"
        placeholder="flowers"
        problemOf={modelNameProblem}
        onName={onChoose}
      />
      {problem && (
        <p class="refused" role="alert">
          {problem}
        </p>
      )}
      {models.length > 0 && (
        <>
          <h3>Or go on with</h3>
          <ul class="own-models">
            {models.map(({ name, labelCount, accuracy }) => (
              <li key={name}>
                <button type="button" class="quiet" onClick={() => onChoose(name)}>
                  {name}
                </button>{' '}
                <span class="note">
                  {labelCount} classes
                  {accuracy === undefined ? '' : `, ${percentText(accuracy)} right`}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
