import type {Notice} from './notify-policy.ts';

const longestLogText = 100;

/** `orders: new error · connection refused (and 2 more)`: one line of printable characters, whatever the log holds. */
export function noticeText({pipeline, text, more}: Notice): string {
  const rest = more > 0 ? ` (and ${more} more)` : '';
  return `${printable(pipeline)}: ${shorten(printable(text))}${rest}`;
}

/** Control, format (direction overrides) and separator characters have no business in a title or a notification. */
function printable(text: string): string {
  return text.replace(/[\s\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= longestLogText ? text : `${characters.slice(0, longestLogText - 1).join('')}…`;
}
