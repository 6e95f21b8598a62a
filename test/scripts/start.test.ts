import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { runCommand } from '../../src/testing/run-command.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');
const started: ChildProcess[] = [];

/** What `npm start` runs once the packages are there. */
function start(
  env: Record<string, string>,
  ...parameters: string[]
): { child: ChildProcess; output: () => string } {
  // What the machine's own Petal keeps is not the tests'.
  const persist = parameters.some((each) => each.startsWith('--persist')) ? [] : ['--no-persist'];
  const child = spawn(process.execPath, ['scripts/start.ts', ...persist, ...parameters], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill();
    await exitCode(child);
  }
});

// Without the trained weights `npm start` refuses to start, as it should.
describe.runIf(inject('trained'))('npm start', () => {
  test('prints one line with a command that works, serves, and stops when told to', async () => {
    const { child, output } = start({ PORT: '0' });
    await expect.poll(output, { timeout: 50_000 }).toContain('Petal answers at');
    const [line, ...others] = output().trim().split('\n');
    expect(others).toEqual([]);
    const [, photo, url] = /curl -F image=@(\S+) (\S+)$/.exec(line) ?? [];

    // What the command does, on a machine that may lack curl.
    const form = new FormData();
    form.append('image', new File([await readFile(join(root, photo))], 'daisy.jpg'));
    const response = await fetch(url, { method: 'POST', body: form });
    expect(await response.json()).toMatchObject({
      predictions: [{ label: 'daisy' }, {}, {}, {}, {}],
    });

    child.kill('SIGTERM');
    await exitCode(child);
    await expect(fetch(url)).rejects.toThrow();
  });

  test('serves over https with a command that works as it is printed', async ({ skip }) => {
    const { output } = start({ PORT: 'overruled' }, '--https', '--port', '0');
    await expect.poll(output, { timeout: 50_000 }).toContain('Petal answers at https://127.0.0.1:');
    // Its lines are written one after another.
    await expect.poll(output).toContain('hence -k');
    const [line, why, ...others] = output().trim().split('\n');
    expect(why).toContain('hence -k');
    expect(others).toEqual([]);
    const [, command = ''] = / - try: (curl .+)$/.exec(line) ?? [];
    const [program = '', ...parameters] = command.split(' ');
    const answer = await runCommand(program, ['--silent', ...parameters], { cwd: root }).catch(
      () => null,
    );
    if (answer === null) skip('There is no curl.');
    expect(JSON.parse(answer?.stdout ?? '')).toMatchObject({
      predictions: [{ label: 'daisy' }, {}, {}, {}, {}],
    });
  });

  test('keeps its models in a folder, of which it lets no other Petal in', async () => {
    const folder = await temporaryFolder();
    const first = start({ PORT: '0' }, '--persist', folder);
    await expect.poll(first.output, { timeout: 50_000 }).toContain('Petal answers at');
    const second = start({ PORT: '0' }, '--persist', folder);
    expect(await exitCode(second.child)).toBe(1);
    expect(second.output()).toContain(`is used by the Petal of process ${first.child.pid}`);
    expect(await readdir(folder)).toContain('kv');
  });

  test('says which port is taken and how to choose another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { child, output } = start({ PORT: String(port) });
    expect(await exitCode(child)).toBe(1);
    server.close();
    expect(output()).toBe(
      `Port ${port} of 127.0.0.1 is taken. Stop what listens there, or choose another: npm start -- --port ${port + 1}\n`,
    );
  });

  test('says that a host it can not listen on is none of its own', async () => {
    const { child, output } = start({ PORT: '0', HOST: 'nowhere.invalid' });
    expect(await exitCode(child)).toBe(1);
    expect(output()).toMatch(/^Petal can not listen on port 0 of nowhere\.invalid: /);
  });

  test.for(['http', '65536', '-1', ''])('refuses PORT="%s"', async (port) => {
    const { child, output } = start({ PORT: port });
    expect(await exitCode(child)).toBe(1);
    expect(output()).toBe(`PORT should be a number from 0 to 65535 but is "${port}".\n`);
  });
});

describe('npm start --', () => {
  test('--help tells every option and its default', async () => {
    const { child, output } = start({}, '--help');
    expect(await exitCode(child)).toBe(0);
    const options = ['--port', '--host', '--https', '--cert', '--key', '--persist'];
    for (const option of options) expect(output()).toContain(`  ${option}`);
    expect(output()).toContain('default: HOST, or 127.0.0.1');
  });

  test.for([
    [['--port', 'http'], '--port should be a number from 0 to 65535 but is "http".'],
    [['--cert', 'cert.pem'], '--cert and --key go together'],
    [['--htps'], "error: unknown option '--htps'\n(Did you mean --https?)"],
  ] as const)('%s is refused', async ([parameters, why]) => {
    const { child, output } = start({}, ...parameters);
    expect(await exitCode(child)).toBe(1);
    expect(output()).toContain(why);
  });
});

describe.runIf(!inject('trained'))('npm start where the weights can be had from nowhere', () => {
  test('refuses, and says which file to put where', async () => {
    const { child, output } = start({ PORT: '0' });
    expect(await exitCode(child)).toBe(1);
    expect(output()).toMatch(
      /^Put the file \S+ \(4,070,174 bytes, sha256 \w+\) into the folder model/m,
    );
    expect(output()).not.toContain('Petal answers');
  });
});
