import type { ClassifyAnswer } from '../client/client.ts';
import { percentText } from './quantity.ts';

export interface PredictionBarsProps {
  readonly predictions: ClassifyAnswer['predictions'];
  /** Place of the one whose heatmap is shown. */
  readonly chosen: number;
  readonly onChoose: (place: number) => void;
}

/** Predictions as bars; choosing one shows where it is seen. */
export function PredictionBars({ predictions, chosen, onChoose }: PredictionBarsProps) {
  return (
    <fieldset class="bars">
      <legend>
        Predictions <span class="bars-hint">choose one to see where Petal looks for it</span>
      </legend>
      {predictions.map(({ label, wnid, probability }, place) => (
        <label key={label} class="bar" title={wnid}>
          <input
            type="radio"
            name="prediction"
            checked={place === chosen}
            onChange={() => onChoose(place)}
          />
          <span class="bar-label">
            {label} {wnid !== undefined && <span class="wnid">{wnid}</span>}
          </span>
          <span class="bar-percent">{percentText(probability)}</span>
          <span class="bar-track">
            <span class="bar-fill" style={{ width: `${probability * 100}%` }} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}
