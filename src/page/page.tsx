/** The page at `/`: takes the place of the form that works without scripts. */
import { render } from 'preact';
import { App } from './app.tsx';
import { keepPage } from './offline.ts';

const place = document.querySelector<HTMLElement>('#try');
if (place !== null) {
  place.replaceChildren();
  render(<App url={new URL('/', location.href)} backbone={place.dataset.model ?? ''} />, place);
  await keepPage();
}
