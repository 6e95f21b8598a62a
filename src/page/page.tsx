import { render } from 'preact';

const place = document.querySelector('#try');
if (place !== null) render(<p>Petal</p>, place);
