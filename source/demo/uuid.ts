import type {Random} from './random.ts';

/** A version 7 UUID: it sorts by its time (milliseconds since the epoch), as the server's pipeline ids do. */
export function uuidV7(milliseconds: number, random: Random): string {
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0');
  const digits = (count: number) => Array.from({length: count}, () => random.integer(16).toString(16)).join('');
  const variant = (8 + random.integer(4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}
