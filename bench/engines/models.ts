import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { obtainWeights } from '../../model/prepare.ts';
import { openArtifact } from '../../src/mobilenet/artifact.ts';
import { writeOnnxModel } from '../onnx-model.ts';
import type { ModelFormat } from './rows.ts';

/**
 * @param folder where a format that Petal does not have may be written
 * @returns a function that answers the path of the network in a format, made when it is asked for
 */
export function modelsOf(
  artifactPath: string,
  folder: string,
): Record<ModelFormat, () => Promise<string>> {
  return {
    artifact: async () => artifactPath,
    tflite: obtainWeights,
    async onnx() {
      const path = join(folder, 'model.onnx');
      const artifact = openArtifact(new Uint8Array(await readFile(artifactPath)).buffer);
      await writeFile(path, await writeOnnxModel(artifact));
      return path;
    },
  };
}
