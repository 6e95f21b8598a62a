/** `npm run examples`: writes the answers that the documentation shows, as the real Worker gives them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examples } from '../src/contract/examples.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { runExample } from './run-example.ts';

const path = join(import.meta.dirname, '..', 'src', 'contract', 'example-answers.json');

await using petal = await startPetal();
const answers: [string, unknown][] = [];
for (const example of examples) answers.push([example.id, await runExample(example, petal.url)]);
await writeFile(path, `${JSON.stringify(Object.fromEntries(answers), null, 2)}\n`);
