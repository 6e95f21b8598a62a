import balloon from './examples/balloon.jpg';
import daisy from './examples/daisy.jpg';
import lantern from './examples/jack-o-lantern.jpg';
import ball from './examples/soccer-ball.jpg';

/** Pictures for people without a photo at hand: drawings of this project. */
export const examples = [
  { name: 'daisy.jpg', title: 'Flower', path: daisy },
  { name: 'balloon.jpg', title: 'Balloon', path: balloon },
  { name: 'jack-o-lantern.jpg', title: 'Lantern', path: lantern },
  { name: 'soccer-ball.jpg', title: 'Ball', path: ball },
] as const;
