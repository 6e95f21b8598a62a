import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { packageFolder } from '../../model/folder.ts';
import { readVariables } from '../../scripts/variables.ts';
import { accessVariableNames } from '../../src/access/rules.ts';
import { configVariableNames } from '../../src/config.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

/** A folder with wrangler.toml as it is, and a .dev.vars. */
async function folderWith(devVars?: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(packageFolder, 'wrangler.toml'), join(folder, 'wrangler.toml'));
  if (devVars !== undefined) await writeFile(join(folder, '.dev.vars'), devVars);
  return folder;
}

const secret = 'not-for-anybodys-eyes';

describe('the variables of npm start', () => {
  test('are those of the environment, over .dev.vars and wrangler.toml', async () => {
    const folder = await folderWith('PETAL_ACCESS=foo\nPETAL_MAX_UPLOAD_MB=3');
    const environment = { PETAL_ACCESS: 'open', PETAL_MAX_UPLOAD_MB: '7', OTHER: 'x', HOME: '/' };
    expect(await readVariables(environment, folder)).toEqual({
      bindings: { PETAL_ACCESS: 'open', PETAL_MAX_UPLOAD_MB: '7' },
      warnings: [],
    });
  });

  test.for([...accessVariableNames, ...configVariableNames])(
    'may have %s in the environment',
    async (name) => {
      const { bindings, warnings } = await readVariables(
        { [name]: '1', ...valid[name] },
        await folderWith(),
      );
      expect(bindings).toHaveProperty(name);
      expect(warnings).toEqual([]);
    },
  );

  const valid: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    PETAL_ACCESS: { PETAL_ACCESS: 'keys' },
    PETAL_API_KEYS: { PETAL_API_KEYS: '[]' },
    PETAL_ALLOWED_ORIGINS: { PETAL_ALLOWED_ORIGINS: 'https://shop.example' },
    PETAL_TURNSTILE_SITE_KEY: { PETAL_TURNSTILE_SECRET_KEY: '1' },
    PETAL_TURNSTILE_SECRET_KEY: { PETAL_TURNSTILE_SITE_KEY: '1' },
    PETAL_REMOTE_URLS: { PETAL_REMOTE_URLS: 'on' },
    PETAL_RESOLVER_URL: { PETAL_RESOLVER_URL: 'https://dns.example/' },
    PETAL_ARITHMETIC: { PETAL_ARITHMETIC: 'float32' },
    PETAL_LOG: { PETAL_LOG: 'off' },
  };

  test.for([
    ['PETAL_MAX_UPLOAD_MBB', 'Did you mean PETAL_MAX_UPLOAD_MB?'],
    ['PETAL_ACESS', 'Did you mean PETAL_ACCESS?'],
    ['PETAL_UNICORN', 'There are PETAL_ACCESS, '],
  ])('that Petal does not know are named: %s', async ([name, advice]) => {
    for (const [environment, devVars] of [
      [{ [name]: secret }, undefined],
      [{}, `${name}=${secret}`],
    ] as const) {
      const { bindings, warnings } = await readVariables(environment, await folderWith(devVars));
      expect(bindings).toEqual({});
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(`${name}, from`);
      expect(warnings[0]).toContain(advice);
      expect(warnings[0]).not.toContain(secret);
    }
  });

  test('of the command, the examples and the installation are not taken for mistakes', async () => {
    const environment = { PETAL_KEY: secret, PETAL_API_KEY: secret, PETAL_MODEL_MIRROR: 'x' };
    const { bindings, warnings } = await readVariables(environment, await folderWith());
    expect([bindings, warnings]).toEqual([{}, []]);
  });

  test.for([
    ['PETAL_ACCESS', 'foo', 'expected one of local, open, keys, but it is "foo".'],
    ['PETAL_ARITHMETIC', 'int4', 'expected one of int8, float32, but it is "int4".'],
    [
      'PETAL_MAX_UPLOAD_MB',
      'abc',
      'expected a whole number of megabytes from 1 to 100, but it is "abc".',
    ],
    ['PETAL_REMOTE_URLS', 'yes', 'expected one of off, on, but it is "yes".'],
    ['PETAL_RESOLVER_URL', 'dns', 'expected an address, but it is "dns".'],
    ['PETAL_LOG', '', 'expected one of on, off, but it is "".'],
  ])('are refused in a sentence where a value is not valid: %s=%s', async ([name, value, why]) => {
    const sentence = `${name} is not valid: ${why}`;
    await expect(readVariables({ [name]: value }, await folderWith())).rejects.toThrow(sentence);
    const folder = await folderWith(`${name}=${value}`);
    await expect(readVariables({}, folder)).rejects.toThrow(sentence);
    await expect(readVariables({}, folder)).rejects.not.toThrow('\n');
  });

  test.for([
    [`[{"name": "web", "hash": "${secret}", "scopes": ["classify"]}]`, 'at [0].hash.'],
    [secret, 'expected a JSON list of keys.'],
  ])('never quote a secret', async ([value, why]) => {
    const failed = await readVariables({ PETAL_API_KEYS: value }, await folderWith()).catch(String);
    expect(failed).toContain(`PETAL_API_KEYS is not valid: expected `);
    expect(failed).toContain(why);
    expect(failed).not.toContain(secret);
  });

  test('may stand in .dev.vars in all ways that dotenv reads', async () => {
    const folder = await folderWith(
      [
        '# a comment with an = in it',
        '',
        'PETAL_ACCESS=open # behind it, too',
        'export PETAL_LOG = "off"',
        "PETAL_API_KEYS='[",
        "]'",
        'PETAL_ARITHMETIC: int8\r',
        '  PETAL_ALLOWED_ORIGINS=',
      ].join('\n'),
    );
    expect(await readVariables({}, folder)).toEqual({ bindings: {}, warnings: [] });
  });

  test.for([
    [`PETAL_ACCESS=open\n${secret}\n`, 2],
    [`\n\nPETAL_API_KEYS ${secret}`, 3],
    [`= ${secret}`, 1],
  ] as const)(
    'are refused with the number of the line of .dev.vars that is not valid',
    async ([text, line]) => {
      await expect(readVariables({}, await folderWith(text))).rejects.toThrow(
        new Error(`.dev.vars is not valid: expected NAME=value in line ${line}.`),
      );
    },
  );

  test('are refused where .dev.vars can not be read', async () => {
    const folder = await folderWith();
    await mkdir(join(folder, '.dev.vars'));
    await expect(readVariables({}, folder)).rejects.toThrow(
      '.dev.vars can not be read: it is a folder.',
    );
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'are refused where .dev.vars may not be read',
    async () => {
      const folder = await folderWith();
      await writeFile(join(folder, '.dev.vars'), 'PETAL_LOG=on', { mode: 0 });
      await expect(readVariables({}, folder)).rejects.toThrow('this user may not read it.');
    },
  );
});
