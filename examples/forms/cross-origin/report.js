/** Helps where Petal doesn't: the report can be sent all the same. */
const photo = document.querySelector('petal-image');
const advice = document.querySelector('#advice');
const own = document.querySelector('#own');

/**
 * What people can do, by the problem's code. Sentences of Petal's own are in the widget already.
 *
 * @type {Readonly<Record<string, string | undefined>>}
 */
const help = {
  network: 'You can send the report without it: say what it is yourself.',
  'rate-limited':
    'Many people send reports just now. Try again in a minute, or say what it is yourself.',
};

/** @param {string} text nothing takes the help away again */
function offerHelp(text) {
  if (advice !== null) advice.textContent = text;
  if (own instanceof HTMLElement) own.hidden = text === '';
}

photo?.addEventListener('petal-result', () => offerHelp(''));
photo?.addEventListener('petal-error', (event) => {
  if (event instanceof CustomEvent) offerHelp(help[event.detail.code] ?? '');
});
