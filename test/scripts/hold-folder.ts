/** A process that claims the folder that it is told of, says how that went, and lives on. */
import process from 'node:process';
import { setInterval } from 'node:timers';
import { lockFolder } from '../../scripts/folder-lock.ts';

const [folder = ''] = process.argv.slice(2);
console.log(JSON.stringify(await lockFolder(folder)));
setInterval(() => undefined, 60_000);
