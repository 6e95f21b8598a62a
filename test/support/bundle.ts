import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '../../model/manifest.ts';
import { SourcesFailed } from '../../model/obtain.ts';
import { prepareArtifact } from '../../model/prepare.ts';
import { buildKernels } from '../../src/testing/build-kernels.ts';
import { buildWorker, bundleWorker } from '../../src/testing/build-worker.ts';
import { seededArtifact } from './seeded-artifact.ts';

const root = join(import.meta.dirname, '../..');

/** What the tests run on. */
export interface TestBundle {
  /** Folder of the bundled Worker. */
  readonly bundle: string;
  readonly artifactPath: string;
  /** Whether the weights are the trained ones. */
  readonly trained: boolean;
}

/**
 * The real Worker with the real weights. Where those can be had from nowhere,
 * the same Worker with weights from a seed, kept in a folder of its own that
 * nothing but the tests looks into.
 */
export async function makeTestBundle(): Promise<TestBundle> {
  try {
    return { bundle: await buildWorker(), artifactPath: await prepareArtifact(), trained: true };
  } catch (error) {
    if (!(error instanceof SourcesFailed)) throw error;
    console.warn(
      `${error.message}\nUntil then the tests run on a network of random weights, and those that need the trained values are skipped.`,
    );
    return await makeSeededBundle();
  }
}

async function makeSeededBundle(): Promise<TestBundle> {
  const folder = join(root, 'test', '.seeded');
  await rm(join(folder, 'src'), { recursive: true, force: true });
  await mkdir(join(folder, 'model'), { recursive: true });
  // Copies, since the bundler resolves a link's imports from where it points to.
  const tables = ['model/classes.json', 'model/taxonomy.json'];
  for (const path of ['src', 'wrangler.toml', 'package.json', ...tables]) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  const { artifact } = await readManifest();
  const artifactPath = join(folder, 'model', artifact);
  await writeFile(artifactPath, seededArtifact(1));
  // Where tests read them that run the network by themselves.
  await buildKernels(root);
  return { bundle: await bundleWorker(folder), artifactPath, trained: false };
}
