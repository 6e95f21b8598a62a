import { html } from 'hono/html';
import type { ModelMetrics } from '../../classes/manifest.ts';
import type { Thumbnail } from '../thumbnail.ts';
import type { HeldOutMistake, Training } from '../train.ts';
import { type Html, percentText, wholeDocument } from './document.ts';
import { linePlot } from './line-plot.ts';
import { reliabilityDiagram } from './reliability-diagram.ts';

/** A mistake with its picture. */
export interface PicturedMistake extends HeldOutMistake {
  readonly thumbnail: Thumbnail;
}

/** Of more classes the matrix is left out: nobody reads 10,000 cells. */
const maxMatrixLabels = 40;

/**
 * What training found, as a page to keep: self-contained, without scripts.
 *
 * @param mistakes those that are shown, of all that there are
 */
export async function reportPage(
  name: string,
  training: Training,
  mistakes: readonly PicturedMistake[],
): Promise<string> {
  const { manifest, metrics, curve, photos } = training;
  const { labels } = manifest;
  return await wholeDocument(
    `${name}: training report`,
    html`<h1>${name} <small>${photos.photos.length} photos of ${labels.length} classes, trained on ${manifest.createdAt.slice(0, 10)}</small></h1>
      ${metrics === undefined ? html`<p>Too few photos to measure with.</p>` : headline(metrics)}
      ${metrics === undefined ? '' : labelTable(metrics)}
      ${metrics === undefined || labels.length > maxMatrixLabels ? '' : confusionTable(metrics)}
      ${
        metrics === undefined
          ? ''
          : html`<h2>How it learned, and whether to believe it</h2>
      <div class="plots">
        ${curve.length < 2 ? '' : curves(curve)}
        <figure>
          ${reliabilityDiagram(training.reliability)}
          <figcaption>How often answers are right, by their probability; with numbers of photos. On the dashed line the two are the same. They differ by ${percentText(metrics.calibrationError)} on average, after dividing logits by the temperature ${manifest.head.temperature.toFixed(2)}.</figcaption>
        </figure>
      </div>`
      }
      ${metrics === undefined ? '' : mistakeTiles(mistakes, training.mistakes.length)}
      ${leftOut(training)}
      ${settings(training)}`,
  );
}

function headline({ accuracy, correct, photos, interval, folds }: ModelMetrics): Html {
  const [low, high] = interval.map(percentText);
  const how =
    folds === 1
      ? 'On a fifth of the photos, held out once.'
      : `Each photo by a model that had not seen it (${folds}-fold cross-validation).`;
  return html`<p><strong>${percentText(accuracy)}</strong> right: ${correct} of ${photos} photos, 95 % interval ${low} to ${high}. ${how}</p>`;
}

function labelTable({ labels }: ModelMetrics): Html {
  return html`<h2>By class</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="By class">
      <table>
        <thead>
          <tr><th scope="col">Class</th><th scope="col" class="number">Photos</th><th scope="col" class="number">Precision</th><th scope="col" class="number">Recall</th></tr>
        </thead>
        <tbody>
          ${labels.map(
            ({ label, photos, precision, recall }) => html`<tr>
            <th scope="row">${label}</th>
            <td class="number">${photos}</td>
            <td class="number">${precision === null ? '-' : percentText(precision)}</td>
            <td class="number">${recall === null ? '-' : percentText(recall)}</td>
          </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="note">Precision: of the photos taken for a class, how many show it. Recall: of those that show it, how many were taken for it.</p>`;
}

function confusionTable({ labels, confusion }: ModelMetrics): Html {
  return html`<h2>What was taken for what</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="What was taken for what">
      <table class="matrix">
        <thead>
          <tr><th scope="col">shows \\ taken for</th>${labels.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr>
        </thead>
        <tbody>
          ${confusion.map((row, shown) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            return html`<tr>
            <th scope="row">${labels[shown].label}</th>
            ${row.map((count, taken) => html`<td class="number${taken === shown ? ' diagonal' : ''}" style="--share: ${total === 0 ? 0 : (count / total).toFixed(3)}">${count}</td>`)}
          </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
}

function mistakeTiles(mistakes: readonly PicturedMistake[], all: number): Html {
  if (all === 0) return html`<h2>Mistakes</h2><p>None.</p>`;
  const title =
    mistakes.length === all
      ? `Mistakes (${all})`
      : `The surest ${mistakes.length} of ${all} mistakes`;
  return html`<h2>${title}</h2>
    <p>The surest first: photos in the wrong folder are often among them.</p>
    <ul class="tiles">
      ${mistakes.map(
        ({ photo, taken, takenProbability, ownProbability, thumbnail }) => html`<li class="tile">
        <img src="${thumbnail.url}" width="${thumbnail.width}" height="${thumbnail.height}" alt="${photo.name}">
        <p>taken for <span class="wrong">${taken}</span>, ${percentText(takenProbability)}</p>
        <p>is ${photo.label}, ${percentText(ownProbability)}</p>
        <p class="note">${photo.name}</p>
      </li>`,
      )}
    </ul>`;
}

function curves(curve: Training['curve']): Html {
  const losses = curve.flatMap(({ trainingLoss, validationLoss }) => [
    trainingLoss,
    validationLoss,
  ]);
  const accuracies = curve.flatMap((point) => [point.trainingAccuracy, point.validationAccuracy]);
  const common = { steps: 'iterations', firstStep: curve[0].iteration };
  return html`<figure>
          ${linePlot({
            ...common,
            title: 'Loss',
            from: 0,
            to: Math.ceil(Math.max(...losses) * 2) / 2,
            format: (value) => value.toFixed(2),
            lines: [
              { name: 'training', values: curve.map(({ trainingLoss }) => trainingLoss) },
              { name: 'held out', values: curve.map(({ validationLoss }) => validationLoss) },
            ],
          })}
          <figcaption>Loss, in nats: the mean negative logarithm of the right class's probability, before the temperature.</figcaption>
        </figure>
        <figure>
          ${linePlot({
            ...common,
            title: 'Accuracy',
            from: Math.floor(Math.min(...accuracies) * 10) / 10,
            to: 1,
            format: (value) => `${Math.round(value * 100)} %`,
            lines: [
              { name: 'training', values: curve.map(({ trainingAccuracy }) => trainingAccuracy) },
              {
                name: 'held out',
                values: curve.map(({ validationAccuracy }) => validationAccuracy),
              },
            ],
          })}
          <figcaption>Accuracy. Training stops where held-out photos are not answered better any more.</figcaption>
        </figure>`;
}

function leftOut({ photos }: Training): Html {
  const { refused, duplicates, conflicts, alike } = photos;
  const lists: [string, readonly string[]][] = [
    ['Can not be read, and left out', refused.map(({ name, refusal }) => `${name}: ${refusal}`)],
    ['In two classes, and left out', conflicts.map((names) => names.join(' = '))],
    ['Counted once', duplicates.map(({ name, sameAs }) => `${name} is ${sameAs}`)],
    ['Alike, and never on both sides of a split', alike.map((names) => names.join(' ~ '))],
  ];
  const shown = lists.filter(([, lines]) => lines.length > 0);
  if (shown.length === 0) return html``;
  return html`<h2>Photos that deserve a look</h2>
    ${shown.map(([title, lines]) => html`<h3>${title} (${lines.length})</h3><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`)}`;
}

function settings({ manifest, photos, durationsMs }: Training): Html {
  const { head, thresholds, training, backbone, createdBy, createdAt } = manifest;
  const rows: [string, string][] = [
    [
      'Head',
      head.kind === 'knn'
        ? `nearest examples, ${head.neighbours} of them`
        : `softmax regression, L2 ${training.l2 ?? 0}`,
    ],
    ['Temperature', head.temperature.toFixed(3)],
    ['Unknown below', `probability ${thresholds.minTopProbability}, lead ${thresholds.minMargin}`],
    ['Fine-tuned', training.fineTuned],
    ['Views of each photo', String(training.views)],
    ['Seed', String(training.seed)],
    ['Photos', manifest.labels.map((label, i) => `${label} ${training.examples[i]}`).join(', ')],
    ['From the cache', `${photos.fromCache} photos`],
    [
      'Time',
      `reading ${(durationsMs.reading / 1000).toFixed(1)} s, fitting ${(durationsMs.fitting / 1000).toFixed(1)} s`,
    ],
    ['Backbone', `${backbone.model}, SHA-256 ${backbone.sha256}`],
    ['Made', `${createdAt} by ${createdBy}`],
  ];
  return html`<h2>Settings</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Settings">
      <table>
        <tbody>
          ${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}
        </tbody>
      </table>
    </div>`;
}
