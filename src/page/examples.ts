import balloon from './examples/balloon.jpg';
import daisy from './examples/daisy.jpg';
import lantern from './examples/jack-o-lantern.jpg';
import ball from './examples/soccer-ball.jpg';

/** Pictures for people without a photo at hand: drawings of this project. */
export const examples = [
  { name: 'daisy.jpg', title: 'A flower', path: daisy },
  { name: 'balloon.jpg', title: 'A balloon', path: balloon },
  { name: 'jack-o-lantern.jpg', title: 'A lantern', path: lantern },
  { name: 'soccer-ball.jpg', title: 'A ball', path: ball },
] as const;
