import {graphemeSegments} from 'unicode-segmenter';

/** The text of a prompt while it is typed. */
export type TypedLine = {
  readonly text: string;
  /** UTF-16 offset, never inside a visible character. */
  readonly cursor: number;
  /** Offered while `text` is empty: the first edit works on it, and typed text replaces it. */
  readonly suggestion?: string | undefined;
  /** Text that the last kill removed. */
  readonly killed: string;
  /** The edit before: kills in a row add up, as in readline. */
  readonly last?: Edit | undefined;
};

/** A place in the line, as seen from the cursor. Words are letters and digits; blank words end only at blanks. */
export type CursorTarget =
  | 'start'
  | 'end'
  | 'previous'
  | 'next'
  | 'previous-word'
  | 'next-word'
  | 'previous-blank-word';

export type Edit =
  | {readonly kind: 'insert'; readonly text: string}
  | {readonly kind: 'move' | 'delete' | 'kill'; readonly to: CursorTarget}
  /** Inserts what was killed. */
  | {readonly kind: 'yank'};

/** The line after an edit. It has no suggestion any more. */
export function editLine(typed: TypedLine, edit: Edit): TypedLine {
  const isTyped = edit.kind === 'insert' || (edit.kind === 'yank' && typed.killed !== '');
  const line = isTyped ? typed : withSuggestion(typed);
  return {killed: line.killed, ...edited(line, edit), suggestion: undefined, last: edit};
}

type SuggestedLine = Pick<TypedLine, 'text' | 'suggestion'> & {readonly cursor?: number | undefined};

/** The suggestion as if it had been typed; the line itself if it has none or has text. */
export function withSuggestion<Line extends SuggestedLine>(line: Line): Line {
  const {text, suggestion = ''} = line;
  return text === '' && suggestion !== '' ? {...line, text: suggestion, cursor: suggestion.length} : line;
}

function edited(line: TypedLine, edit: Edit): Pick<TypedLine, 'text' | 'cursor'> & Partial<TypedLine> {
  const {text, cursor, killed} = line;
  switch (edit.kind) {
    case 'insert':
      return insert(line, edit.text);
    case 'yank':
      return insert(line, killed);
    case 'move':
      return {text, cursor: placeOf(line, edit.to)};
    case 'delete':
      return remove(line, placeOf(line, edit.to));
    case 'kill': {
      const place = placeOf(line, edit.to);
      const more = text.slice(Math.min(place, cursor), Math.max(place, cursor));
      const before = line.last?.kind === 'kill' || more === '' ? killed : '';
      return {...remove(line, place), killed: place < cursor ? more + before : before + more};
    }
  }
}

function insert({text, cursor}: TypedLine, more: string): {text: string; cursor: number} {
  const after = cursor + more.length;
  const next = text.slice(0, cursor) + more + text.slice(cursor);
  return {text: next, cursor: borderFrom(next, after)};
}

/** Removes what is between the cursor and a place. */
function remove({text, cursor}: TypedLine, place: number): {text: string; cursor: number} {
  const [from, to] = place < cursor ? [place, cursor] : [cursor, place];
  const next = text.slice(0, from) + text.slice(to);
  return {text: next, cursor: borderFrom(next, from)};
}

function placeOf({text, cursor}: TypedLine, place: CursorTarget): number {
  switch (place) {
    case 'start':
      return 0;
    case 'end':
      return text.length;
    case 'previous':
      return characterBefore(text, cursor)?.start ?? 0;
    case 'next':
      return characterAt(text, cursor)?.end ?? text.length;
    case 'previous-word':
      return wordStart(text, cursor, /^[\p{L}\p{N}]/u);
    case 'previous-blank-word':
      return wordStart(text, cursor, /^\S/);
    case 'next-word':
      return wordEnd(text, cursor);
  }
}

/** Before the word that ends before `cursor`, whatever is between. */
function wordStart(text: string, cursor: number, ofWord: RegExp): number {
  let at = cursor;
  let isInside = false;
  for (let before = characterBefore(text, at); before; before = characterBefore(text, at)) {
    const isOfWord = ofWord.test(before.text);
    if (isInside && !isOfWord) break;
    isInside = isOfWord;
    at = before.start;
  }
  return at;
}

/** After the word that begins at or after `cursor`. */
function wordEnd(text: string, cursor: number): number {
  let at = cursor;
  let isInside = false;
  for (let next = characterAt(text, at); next; next = characterAt(text, at)) {
    const isOfWord = /^[\p{L}\p{N}]/u.test(next.text);
    if (isInside && !isOfWord) break;
    isInside = isOfWord;
    at = next.end;
  }
  return at;
}

/** A visible character (grapheme cluster) with its UTF-16 offsets. */
type Character = {readonly text: string; readonly start: number; readonly end: number};

/** The text that was asked for last, with the character of each UTF-16 unit: one key asks for many. */
let known: {readonly text: string; readonly characters: readonly Character[]} = {text: '', characters: []};

/** The character in which the UTF-16 unit at `index` is; undefined behind the end. */
export function characterAt(text: string, index: number): Character | undefined {
  if (known.text !== text) known = {text, characters: charactersOf(text)};
  return known.characters[index];
}

function charactersOf(text: string): readonly Character[] {
  return [...graphemeSegments(text)].flatMap(({segment, index}) => {
    const character = {text: segment, start: index, end: index + segment.length};
    return new Array<Character>(segment.length).fill(character);
  });
}

export function characterBefore(text: string, index: number): Character | undefined {
  return index > 0 ? characterAt(text, index - 1) : undefined;
}

/** The first border of a character at or after `at`: new neighbours may have joined. */
function borderFrom(text: string, at: number): number {
  const character = characterAt(text, at);
  return character === undefined || character.start === at ? at : character.end;
}
