/** The page at `/`: takes the place of the form that works without scripts. */
import { render } from 'preact';
import { App } from './app.tsx';
import { keepPage } from './offline.ts';

const place = document.querySelector<HTMLElement>('#try');
if (place !== null) {
  place.replaceChildren();
  const { model = '', arithmetic } = place.dataset;
  render(
    <App
      url={new URL('/', location.href)}
      backbone={model}
      arithmetic={arithmetic === 'float32' ? 'float32' : 'int8'}
    />,
    place,
  );
  await keepPage();
}
