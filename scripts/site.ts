/** Makes what wrangler takes as it is: the artifact, the kernels, and the site of wrangler.toml's [assets]. */
import { packageFolder } from '../model/folder.ts';
import { prepareArtifact } from '../model/prepare.ts';
import { buildSite } from '../src/testing/build-site.ts';

await prepareArtifact();
await buildSite(packageFolder);
