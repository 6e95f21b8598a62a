import { asFlag, asNumber, asText } from './reflected.ts';

/** Attributes, what they are as properties, and how they are read. */
export const attributes = [
  ['name', 'name', asText],
  ['label', 'label', asText],
  ['accept', 'accept', asText],
  ['capture', 'capture', asText],
  ['required', 'required', asFlag],
  ['disabled', 'disabled', asFlag],
  ['endpoint', 'endpoint', asText],
  ['model', 'model', asText],
  ['top-k', 'topK', asNumber],
  ['min-probability', 'minProbability', asNumber],
  ['local', 'local', (text: string | null) => (text === 'only' ? text : text !== null)],
] as const;

/** Whoever changes one of these has asked something else. */
export const questionAttributes = ['endpoint', 'model', 'top-k', 'min-probability', 'local'];
