import type {LogBuffer} from '../../source/engine/buffer/log-buffer.ts';
import {markerText} from '../../source/kit/words/marker-words.ts';

/** The facts of a marker that the comparison needs, read from its words: `logs` shows nothing else. */
export type Note =
  | {readonly kind: 'lost'; readonly atLeast: number; readonly atMost: number}
  /** The old log is over; what was lost at its end is unknown. */
  | {readonly kind: 'new-life'}
  | {readonly kind: 'line-cut'}
  | {readonly kind: 'possible-repeat'}
  | {readonly kind: 'discarded'; readonly entries: number}
  | {readonly kind: 'other'};

/** A line as received, one character a byte, or a marker. */
export type Item = {readonly line: string} | {readonly note: Note; readonly text: string};

/** All that one reader made of one pipeline's log. */
export type Transcript = {
  readonly items: readonly Item[];
  /** The markers are where they happened; otherwise they follow all lines, in their order. */
  readonly inPlace: boolean;
};

const number = (text: string | undefined) => Number(text?.replaceAll(',', ''));

/** Parses a marker's words; throws for an unknown kind of loss. */
export function readNote(text: string): Note {
  const lost = /^([\d,]+)(?: to ([\d,]+))? entr(?:y|ies) lost between/.exec(text);
  if (lost) return {kind: 'lost', atLeast: number(lost[1]), atMost: number(lost[2] ?? lost[1])};
  const discarded = /^([\d,]+) earlier entr(?:y|ies) no longer held/.exec(text);
  if (discarded) return {kind: 'discarded', entries: number(discarded[1])};
  if (/log cleared|log was cleared|created again/.test(text)) return {kind: 'new-life'};
  if (/was cut[;:] its rest is lost$/.test(text)) return {kind: 'line-cut'};
  if (/may repeat lines above$/.test(text)) return {kind: 'possible-repeat'};
  // Its words name what may have ended it, not a loss: what is lost, the next marker counts.
  if (/^[\d:]+ the log ended: /.test(text)) return {kind: 'other'};
  if (/lost|dropped/.test(text) && !/0 entries lost$/.test(text)) throw new Error(`a loss of an unknown kind: ${text}`);
  return {kind: 'other'};
}

export function noteItem(text: string): Item {
  return {note: readNote(text), text};
}

/** All that a log on the screen has. */
export function transcriptOf(buffer: LogBuffer): Transcript {
  const items: Item[] = [];
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    const marker = buffer.markerAt(id);
    items.push(marker ? noteItem(markerText(marker)) : {line: buffer.lineAt(id)?.toString('latin1') ?? ''});
  }
  return {items, inPlace: true};
}
