import { rm } from 'node:fs/promises';
import { Command } from 'commander';
import { cacheFolder, maxCacheBytes, measureCache } from '../photo-cache.ts';

export function cacheCommand(): Command {
  return new Command('cache')
    .description('say where what the network made of photos is kept, or clear it')
    .option('--clear', 'remove all of it')
    .action(async ({ clear }: { clear?: boolean }) => {
      const folder = cacheFolder();
      const { files, bytes } = await measureCache(folder);
      if (clear === true) await rm(folder, { recursive: true, force: true });
      const megabytes = (bytes / 1e6).toFixed(1);
      console.log(
        clear === true
          ? `Removed ${files} entries (${megabytes} MB) from ${folder}.`
          : `${folder}: ${files} entries, ${megabytes} MB of at most ${maxCacheBytes / 1e6} MB.`,
      );
    });
}
