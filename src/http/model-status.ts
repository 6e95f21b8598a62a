import type { ModelAnswer } from '../contract/models.ts';

/** There is one version of the backbone's own model. */
export const modelVersion = '1';

/** As TensorFlow Serving has it (get_model_status.proto). */
export function describeVersions({
  version,
}: {
  readonly version?: number;
} = {}): Pick<ModelAnswer, 'model_version_status'> {
  const status = { error_code: 'OK', error_message: '' } as const;
  const text = version === undefined ? modelVersion : String(version);
  return { model_version_status: [{ version: text, state: 'AVAILABLE', status }] };
}
