import type { CustomModelSummary, ModelAnswer } from '../client/client.ts';

export interface ModelChoiceProps {
  /** As GET /v1/models lists them; empty as long as that is not known. */
  readonly models: readonly (ModelAnswer | CustomModelSummary)[];
  /** What the backbone is called. */
  readonly backbone: string;
  readonly chosen: string;
  readonly onChoose: (model: string) => void;
}

/** Which model answers: ImageNet's classes, or a model of one's own. */
export function ModelChoice({ models, backbone, chosen, onChoose }: ModelChoiceProps) {
  const own = models.filter((model) => 'version' in model);
  const isListed = chosen === backbone || own.some(({ name }) => name === chosen);
  return (
    <p class="model-choice">
      <label for="model">Model</label>{' '}
      <select
        id="model"
        value={chosen}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        <option value={backbone}>ImageNet: 1000 everyday things</option>
        {own.map(({ name, labelCount, version }) => (
          <option key={name} value={name}>
            {name}: {labelCount} labels, version {version}
          </option>
        ))}
        {!isListed && <option value={chosen}>{chosen}</option>}
      </select>
    </p>
  );
}
