import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openArtifact } from '../src/mobilenet/artifact.ts';
import { runScript } from './child-process.ts';
import type { NativeRun } from './native-process.ts';
import { writeOnnxModel } from './onnx-model.ts';
import type { Photo } from './photos.ts';

/**
 * Prepares runs of the rival in processes of its own.
 *
 * @param folder where the model and the photo may be written
 * @returns a function that starts a fresh process and classifies the photo so many times
 */
export async function prepareNativeRuns(
  artifactPath: string,
  photo: Photo,
  folder: string,
): Promise<(photos: number) => Promise<NativeRun>> {
  const artifact = openArtifact(new Uint8Array(await readFile(artifactPath)).buffer);
  const modelPath = join(folder, 'model.onnx');
  const photoPath = join(folder, 'photo.jpg');
  await writeFile(modelPath, await writeOnnxModel(artifact));
  await writeFile(photoPath, photo.bytes);
  const size = String(artifact.metadata.inputSize);
  return (photos) =>
    runScript<NativeRun>('native-process.ts', [modelPath, size, photoPath, String(photos)]);
}
