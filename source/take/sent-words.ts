import type {ClipboardRoute} from './clipboard-route.ts';

/** How much was sent: `bytes` of `lines`. */
export type Sent = {readonly bytes: number; readonly lines: number};

/** What became of a copy. */
export type ClipboardAnswer =
  /** `hint`: where it may have got stuck, and the setting that helps. */
  | (Sent & {readonly kind: 'sent'; readonly how: ClipboardRoute; readonly hint?: string})
  /** The only way left was OSC 52, which takes `limit` bytes. */
  | (Sent & {readonly kind: 'too-large'; readonly limit: number})
  | {readonly kind: 'failed'; readonly why: string};

/** How numbers are said: `42 lines`, `6.1 kB`. */
export type SizeWords = {
  readonly counted: (value: number, one: string, many: string) => string;
  readonly byteSize: (bytes: number) => string;
};

/** What became of a copy, in a line for the footer. */
export function sentWords(answer: ClipboardAnswer, words: SizeWords): string {
  switch (answer.kind) {
    case 'sent': {
      const hint = answer.hint === undefined ? '' : ` · ${answer.hint}`;
      return `${verb(answer.how)} ${amount(answer, words)} ${way(answer.how)}${hint}`;
    }
    case 'too-large':
      return `not sent: ${amount(answer, words)}, and terminals drop more than ${words.byteSize(answer.limit)}`;
    case 'failed':
      return `not copied: ${answer.why}`;
  }
}

/** Only a tool tells whether it has the text. */
function verb(how: ClipboardRoute): string {
  return how === 'tmux' || how === 'OSC 52' ? 'sent' : 'copied';
}

function way(how: ClipboardRoute): string {
  switch (how) {
    case 'tmux':
      return 'to tmux and its terminal';
    case 'OSC 52':
      return 'by OSC 52 (terminals do not acknowledge it)';
    default:
      return `with ${how}`;
  }
}

function amount({lines, bytes}: Sent, words: SizeWords): string {
  return `${words.counted(lines, 'line', 'lines')}, ${words.byteSize(bytes)}`;
}
