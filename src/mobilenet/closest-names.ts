/** Longer than any name; what is beyond it is not looked at. */
const longestAsked = 64;

/** Costs more than one slip of the keyboard, and less than two. */
const sharedWordsCost = 1.5;

/**
 * What somebody may have meant by a name that is not known: names that differ
 * in few letters ("retreiver"), hold its words or their beginning ("labrador"),
 * or are among its words ("puppy dog").
 *
 * @param asked any text
 * @param names those that are known
 * @returns the closest, and those that are just as close, those of like length first
 */
export function closestNames(asked: string, names: Iterable<string>): string[] {
  const text = plain(asked.slice(0, longestAsked));
  if (text === '') return [];
  const found: { name: string; cost: number; lengthDifference: number }[] = [];
  for (const name of names) {
    const known = plain(name);
    const shared = sharesWords(text, known) ? sharedWordsCost : Number.POSITIVE_INFINITY;
    const cost = Math.min(shared, slips(text, known));
    const lengthDifference = Math.abs(text.length - known.length);
    if (cost < Number.POSITIVE_INFINITY) found.push({ name, cost, lengthDifference });
  }
  const least = found.reduce((cost, next) => Math.min(cost, next.cost), Number.POSITIVE_INFINITY);
  const closest = found.filter(({ cost }) => cost === least);
  closest.sort((a, b) => a.lengthDifference - b.lengthDifference);
  return closest.map(({ name }) => name);
}

/** Words in small letters with a space between. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function sharesWords(asked: string, known: string): boolean {
  // One or two letters begin too many words.
  const begins = asked.length > 2 && ` ${known}`.includes(` ${asked}`);
  return begins || ` ${asked} `.includes(` ${known} `);
}

/**
 * Optimal string alignment distance: letters that are inserted, left out,
 * replaced, or swapped with their neighbour.
 *
 * @returns Infinity where it is more than two in seven letters (but one in any word), or more than three
 */
function slips(asked: string, known: string): number {
  const most = Math.max(1, Math.min(3, Math.floor((2 * asked.length) / 7)));
  if (Math.abs(asked.length - known.length) > most) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: known.length + 1 }, (_, i) => i);
  for (let i = 1; i <= asked.length; i++) {
    const row = [i];
    for (let j = 1; j <= known.length; j++) {
      const replaced = asked[i - 1] === known[j - 1] ? 0 : 1;
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + replaced);
      const swapped =
        i > 1 && j > 1 && asked[i - 1] === known[j - 2] && asked[i - 2] === known[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2] + 1);
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[known.length] <= most ? last[known.length] : Number.POSITIVE_INFINITY;
}
