import { type ApiKeys, readApiKeys } from './api-keys.ts';
import { type AllowedOrigins, readAllowedOrigins } from './origins.ts';
import { readTurnstileKeys, type TurnstileKeys } from './turnstile.ts';

/**
 * The values of `PETAL_ACCESS`, with those who may classify without a key. No
 * connection to a deployment comes from its own machine: there, `local` is `keys`.
 */
export const accessModes = {
  local: { keyless: 'this machine' },
  open: { keyless: 'anyone' },
  keys: { keyless: 'nobody' },
} as const;

export type AccessMode = keyof typeof accessModes;

/** Who may use a deployment. */
export interface AccessRules {
  readonly mode: AccessMode;
  readonly keys: ApiKeys;
  readonly origins: AllowedOrigins;
  /** Undefined if nobody has to pass Turnstile. */
  readonly turnstile: TurnstileKeys | undefined;
}

/** Names of the Worker's variables and secrets that say who may ask. */
export const accessVariableNames = [
  'PETAL_ACCESS',
  'PETAL_API_KEYS',
  'PETAL_ALLOWED_ORIGINS',
  'PETAL_TURNSTILE_SITE_KEY',
  'PETAL_TURNSTILE_SECRET_KEY',
] as const;

export type AccessVariables = {
  readonly [Name in (typeof accessVariableNames)[number]]?: string | undefined;
};

/** @throws Error that names the variable that is not valid, without any secret */
export function readAccessRules(variables: AccessVariables): AccessRules {
  return Object.freeze({
    mode: readAccessMode(variables.PETAL_ACCESS),
    keys: readApiKeys(variables.PETAL_API_KEYS),
    origins: readAllowedOrigins(variables.PETAL_ALLOWED_ORIGINS),
    turnstile: readTurnstileKeys(
      variables.PETAL_TURNSTILE_SITE_KEY,
      variables.PETAL_TURNSTILE_SECRET_KEY,
    ),
  });
}

/**
 * @param text `local` if it isn't set
 * @throws Error that lists the modes
 */
function readAccessMode(text = 'local'): AccessMode {
  if (isAccessMode(text)) return text;
  const modes = Object.keys(accessModes).join(', ');
  throw new Error(`PETAL_ACCESS is not valid: expected one of ${modes}, but it is "${text}".`);
}

function isAccessMode(text: string): text is AccessMode {
  return Object.hasOwn(accessModes, text);
}
