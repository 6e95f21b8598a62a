import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

const fixtures = join(import.meta.dirname, '../fixtures');

/** Paths of photos of the fixtures. */
export function validPhotos(...names: readonly string[]): string[] {
  return names.map((name) => join(fixtures, 'valid', name));
}

/** Photos of the fixtures by what they show. */
export const shown = {
  ball: validPhotos('jpeg/golf-ball.jpg', 'jpeg/soccer-ball.jpg', 'webp/golf-ball.webp'),
  light: validPhotos('jpeg/candle.jpg', 'jpeg/traffic-light.jpg', 'png/candle.png'),
};
export const pattern = validPhotos('jpeg/crossword-puzzle.jpg', 'jpeg/spider-web.jpg');

/** A file that is no photo. */
export const text = join(fixtures, 'invalid/unsupported-media-type/text.txt');

/** Names a model, and waits for what there is of it. */
export async function begin(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name of the model').fill(name);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('heading', { name, level: 3 }).waitFor();
  await page.getByLabel('New class').waitFor();
}

export function card(page: Page, label: string): Locator {
  return page.locator('.class-card').filter({ has: page.getByRole('heading', { name: label }) });
}

/** Waits until a class has so many photos, by its own count and by its pictures. */
export async function expectCount(page: Page, label: string, count: number): Promise<void> {
  await card(page, label)
    .getByText(new RegExp(`^${count} photos?\\b`))
    .waitFor();
  const pictures = card(page, label).locator('.class-photos li');
  await pictures.nth(Math.min(count, 8) - 1).waitFor();
}

export async function nameClass(page: Page, label: string): Promise<void> {
  await page.getByLabel('New class').fill(label);
  await page.getByRole('button', { name: 'Add class' }).click();
}

export async function addPhotos(
  page: Page,
  label: string,
  photos: readonly string[],
): Promise<void> {
  await page.getByLabel(`Add photos to ${label}`).setInputFiles(photos);
}

/** Names a class, and waits until the server has its photos. */
export async function addClass(
  page: Page,
  label: string,
  photos: readonly string[],
): Promise<void> {
  await nameClass(page, label);
  await addPhotos(page, label, photos);
  await expectCount(page, label, photos.length);
}

/** Adds {@link shown}. */
export async function addShown(page: Page): Promise<void> {
  for (const [label, photos] of Object.entries(shown)) await addClass(page, label, photos);
}

export async function train(page: Page, outcome: string): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('status').filter({ hasText: outcome }).waitFor();
}

/** Begins a model that knows balls from lights. */
export async function beginTrained(page: Page, name: string): Promise<void> {
  await begin(page, name);
  await addShown(page);
  await train(page, 'Version 1 is trained, and answers from now on.');
}
