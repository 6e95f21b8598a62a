import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { expect, inject, test } from 'vitest';
import { sendRaw } from '../support/raw-request.ts';

// It bundles the sources as they are, which want the trained weights.
test.runIf(inject('trained'))(
  'npm run dev serves the sources to this machine, and no page of a rebound name',
  async () => {
    const child = spawn(
      process.execPath,
      ['scripts/dev.ts', '--port', '0', '--log-level', 'warn', '--inspector-port', '0'],
      {
        cwd: join(import.meta.dirname, '../..'),
        env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const exited = once(child, 'exit');
    try {
      await expect.poll(() => output, { timeout: 50_000 }).toContain('Petal answers at');
      const [, origin = ''] = /Petal answers at (http:\S+),/.exec(output) ?? [];
      const access = await (await fetch(new URL('/v1/access', origin))).json();
      expect(access).toEqual({ scopes: ['classify', 'train'] });
      const lines = ['GET /v1/access HTTP/1.1', 'MF-Original-URL: http://127.0.0.1/v1/access'];
      const rebound = await sendRaw(new URL(origin), [...lines, 'Host: evil.example']);
      expect(rebound.status).toBe(403);
    } finally {
      child.kill('SIGTERM');
      await exited;
    }
  },
);
