import type { TeachProps } from '../asker.ts';

export function Teach({ url }: TeachProps) {
  return <p>{url.host}</p>;
}
