import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presentedKey } from '../../src/access/credentials.ts';
import { AppError } from '../../src/errors.ts';

function refusal(headers: Record<string, string>): AppError {
  try {
    presentedKey(new Headers(headers));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The headers were accepted.');
}

describe('presentedKey', () => {
  test.for([
    [{}, undefined],
    [{ authorization: 'Bearer petal_abc-_' }, 'petal_abc-_'],
    [{ authorization: 'bearer petal_abc' }, 'petal_abc'],
    [{ authorization: 'BEARER   aZ09-._~+/==' }, 'aZ09-._~+/=='],
    [{ 'x-api-key': 'petal_abc' }, 'petal_abc'],
    [{ 'X-Api-Key': 'any thing' }, 'any thing'],
    [{ authorization: 'Bearer same', 'x-api-key': 'same' }, 'same'],
  ] as const)('reads %j', ([headers, key]) => {
    expect(presentedKey(new Headers(headers))).toBe(key);
  });

  test.for([
    [{ authorization: 'Basic dXNlcjpwYXNz' }, 'does not know the authentication scheme Basic'],
    [{ authorization: 'Negotiate' }, 'does not know the authentication scheme Negotiate'],
    [{ authorization: 'Bearer' }, 'should be "Bearer", a space and one key'],
    [{ authorization: 'Bearer ' }, 'should be "Bearer", a space and one key'],
    [{ authorization: 'Bearer a b' }, 'should be "Bearer", a space and one key'],
    [{ authorization: 'Bearer a, Bearer b' }, 'should be "Bearer", a space and one key'],
    [{ authorization: 'petal_abc' }, 'should be "Bearer", a space and one key'],
    [{ authorization: '' }, 'should be "Bearer", a space and one key'],
    [{ 'x-api-key': '' }, '"x-api-key" is empty'],
    [{ authorization: 'Bearer a', 'x-api-key': 'b' }, 'hold different keys'],
    [{ authorization: 'Basic a', 'x-api-key': 'b' }, 'authentication scheme Basic'],
  ] as const)('refuses %j', ([headers, sentence]) => {
    const { code, message } = refusal(headers);
    expect(code).toBe('unauthorized');
    expect(message).toContain(sentence);
  });

  test('never says what the key was', () => {
    const key = fc.stringMatching(/^[0-9]{12}[A-Za-z0-9]{12}$/);
    fc.assert(
      fc.property(key, key, (a, b) => {
        fc.pre(a !== b);
        for (const headers of [
          { authorization: a },
          { authorization: `Bearer ${a} ${b}` },
          { authorization: `Basic ${a}` },
          { authorization: `Bearer ${a}`, 'x-api-key': b },
        ]) {
          const { message, facts } = refusal(headers);
          expect(message + JSON.stringify(facts)).not.toContain(a);
          expect(message + JSON.stringify(facts)).not.toContain(b);
        }
      }),
    );
  });
});
