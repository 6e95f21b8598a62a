import { openArtifact } from '../mobilenet/artifact.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { codeVersion } from './code-version.ts';
import { cacheFolder, openPhotoCache, type PhotoCache } from './photo-cache.ts';

/** The cache that commands share, for what this network and this code make of photos. */
export function openCommandCache({
  artifact,
  arithmetic,
}: Pick<NetworkAssets, 'artifact' | 'arithmetic'>): PhotoCache {
  const { sha256 } = openArtifact(artifact).metadata;
  const version = `${sha256} ${arithmetic ?? 'int8'} ${codeVersion()}`;
  return openPhotoCache(cacheFolder(), version, (message) => console.error(message));
}
