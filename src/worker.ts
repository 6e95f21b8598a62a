import { env } from 'cloudflare:workers';
import classNames from '../model/classes.json' with { type: 'json' };
import { readConfig } from './config.ts';
import { createApp } from './http/app.ts';
import { keepNetwork, loadNetwork } from './mobilenet/network.ts';
import { assets } from './runtime/workerd.ts';

const network = keepNetwork(() => loadNetwork(assets));

// At module scope the platform runs this while it starts the isolate, not in
// somebody's request. If it fails, requests get a 503 and try again.
try {
  network();
} catch (error) {
  console.error(error);
}

const app = createApp({
  config: readConfig(env),
  network,
  classes: classNames.map(({ names, wnid }) => ({ label: names[0], wnid })),
  now: () => performance.now(),
});

export default { fetch: app.fetch } satisfies ExportedHandler;
