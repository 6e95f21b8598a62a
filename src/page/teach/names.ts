/** What models and classes may be called, as Petal has it; a person hears it before anything is sent. */

/** @returns what is wrong with the name and what would be right; undefined for a good one */
export function modelNameProblem(name: string): string | undefined {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) return undefined;
  const rule =
    'A name is 1 to 63 small letters, digits, dots, hyphens and underscores, a letter or a digit first';
  const alike = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mn}/gu, '')
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 63);
  return `${rule}: ${alike === '' ? 'flowers' : alike}, for example.`;
}

/** @see modelNameProblem */
export function labelProblem(label: string): string | undefined {
  if (label.length > 100) return 'The name of a class has at most 100 letters.';
  return /^[^,\p{Cc}\p{Cs}\ufffd]+$/u.test(label)
    ? undefined
    : 'The name of a class has at least one letter, and no comma.';
}

/** A folder's name as that of a class; empty where none is left. */
export function labelOfFolder(name: string): string {
  return (
    name
      .replace(/[,\p{Cc}\p{Cs}\ufffd]+/gu, ' ')
      .trim()
      .slice(0, 100)
      // Half of a character may be left at the end.
      .replace(/\p{Cs}$/u, '')
      .trim()
  );
}
