import {clearsRing, type FaultTruth, type Truth} from './protocol.ts';
import type {Note, Transcript} from './transcript.ts';
import {type Entries, readEntries} from './truth-entries.ts';

/** What a reader made of the log, for one kind of fault. Counts are lines, except where noted. */
export type Tally = {
  sent: number;
  received: number;
  lost: number;
  repeated: number;
  /** Losses, each of any number of lines, and changes of epoch, that no marker reports. */
  unmarked: number;
  /** Lines of entries that no connection sent in full: no reader could have had them. */
  unrecoverable: number;
};

/** Something that breaks the promise, at a position of the log. */
export type Breach = {readonly position: number; readonly text: string};

export type Comparison = {
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly breaches: readonly Breach[];
  /** The bytes of the part that only intact rings had are equal to what was sent. */
  readonly intactBytes: number;
};

/** Between two lines of the truth that were both received, with nothing received for sure between them. */
type Stretch = {
  readonly lines: string[];
  readonly notes: {note: Note; text: string}[];
  /** Lines before the first note of a gap. */
  gapAt: number;
};
const newStretch = (): Stretch => ({lines: [], notes: [], gapAt: Number.POSITIVE_INFINITY});

const emptyTally = (): Tally => ({sent: 0, received: 0, lost: 0, repeated: 0, unmarked: 0, unrecoverable: 0});

/** The class of a line that no fault had touched yet. */
export const calm = 'before the first fault';

/** Compares what a reader has with what was logged. */
export function compare(truth: Truth, reader: string, transcript: Transcript): Comparison {
  return new Comparing(truth, reader, transcript).run();
}

/**
 * Goes through the received items from anchor to anchor: an anchor is a line that was logged once. What lies between
 * two anchors (empty and identical lines, the beginning of a line that was cut) is matched from both ends.
 */
class Comparing {
  readonly #truth: Truth;
  readonly #entries: Entries;
  readonly #transcript: Transcript;
  readonly #tallies = new Map<string, Tally>();
  readonly #breaches: Breach[] = [];
  readonly #placeOf = new Map<string, number>();
  readonly #received: Uint8Array;
  /** Losses and changes of epoch in order, for a transcript whose markers are not in place. */
  readonly #events: {readonly place: number; readonly lost: number; readonly newLife: boolean}[] = [];
  #cutsLeft = 0;

  constructor(truth: Truth, reader: string, transcript: Transcript) {
    this.#truth = truth;
    this.#entries = readEntries(truth, reader);
    this.#transcript = transcript;
    this.#received = new Uint8Array(this.#entries.lines.length);
    for (const [place, {text}] of this.#entries.lines.entries()) {
      this.#placeOf.set(text, this.#placeOf.has(text) ? -1 : place);
    }
  }

  run(): Comparison {
    const {lines} = this.#entries;
    this.#cutsLeft = this.#transcript.items.filter((item) => 'note' in item && item.note.kind === 'line-cut').length;
    let last = -1;
    let stretch = newStretch();
    for (const item of this.#transcript.items) {
      if ('note' in item) {
        stretch.notes.push(item);
        if (item.note.kind === 'lost') stretch.gapAt = Math.min(stretch.gapAt, stretch.lines.length);
        continue;
      }
      const place = this.#placeOf.get(item.line) ?? -1;
      if (place === -1) stretch.lines.push(item.line);
      else if (this.#received[place] || place < last) this.#repeat(place, item.line);
      else {
        this.#close(last, place, stretch);
        this.#received[place] = 1;
        last = place;
        stretch = newStretch();
      }
    }
    this.#close(last, lines.length, stretch);
    if (!this.#transcript.inPlace) this.#matchInOrder();
    this.#count();
    return {tallies: this.#tallies, breaches: this.#breaches, intactBytes: this.#compareIntact()};
  }

  /** Accounts for all between the anchors `before` and `after`. */
  #close(before: number, after: number, {lines: found, notes, gapAt}: Stretch): void {
    const {lines} = this.#entries;
    let from = before + 1;
    let next = 0;
    for (; next < Math.min(gapAt, found.length) && from < after && lines[from]?.text === found[next]; next++, from++) {
      this.#received[from] = 1;
    }
    let to = after;
    let end = found.length;
    for (; end > next && to > from && lines[to - 1]?.text === found[end - 1]; end--, to--) this.#received[to - 1] = 1;
    // The beginning of the first line that is missing, whose rest was lost.
    if (next < end && this.#cutsLeft > 0 && lines[from]?.text.startsWith(found[next] ?? '') && from < to) {
      this.#cutsLeft -= 1;
      next += 1;
    }
    for (const text of found.slice(next, end)) {
      if (this.#placeOf.has(text)) this.#repeat(from, text);
      else this.#breach(from, `received what was never logged: ${shown(text)}`);
    }
    const lost = new Set(lines.slice(from, to).map(({entry}) => entry));
    for (const entry of lost) {
      if (this.#entries.wasBrought(entry)) this.#breach(from, `lost entry ${entry}, which a connection had brought`);
    }
    const first = lines[from]?.entry ?? 0;
    if (lost.size > 0 && first < this.#truth.intactUntil)
      this.#breach(from, `lost ${lost.size} entries of a whole ring`);
    const newLife = before >= 0 && after < lines.length && lines[before]?.life !== lines[after]?.life;
    const isGap = lost.size > 0 || newLife;
    if (isGap) this.#events.push({place: from, lost: lost.size, newLife});
    if (this.#transcript.inPlace) this.#judge(from, {lost: lost.size, newLife, isGap}, notes);
  }

  #judge(place: number, gap: {lost: number; newLife: boolean; isGap: boolean}, notes: Stretch['notes']): void {
    const claims = notes.flatMap(({note}) => (note.kind === 'lost' ? note : []));
    const saysNewLife = notes.some(({note}) => note.kind === 'new-life');
    const told = notes.map(({text}) => text).join(' | ');
    if (gap.isGap && claims.length === 0 && !saysNewLife) this.#unmarked(place, gap.lost);
    if (gap.newLife) return;
    if (saysNewLife) this.#breach(place, `said that the log was cleared, and it was not: ${told}`);
    const atLeast = claims.reduce((sum, claim) => sum + claim.atLeast, 0);
    const atMost = claims.reduce((sum, claim) => sum + claim.atMost, 0);
    if (claims.length > 0 && (gap.lost < atLeast || gap.lost > atMost)) {
      this.#breach(place, `${gap.lost} entries were lost, and it said: ${told}`);
    }
    // Nothing of a ring that was emptied proves the log: `0 entries lost, unless the server's log was cleared` is right.
    const isIntact = (this.#entries.lines[place]?.entry ?? 0) < this.#truth.intactUntil;
    const doubts = ({note}: Stretch['notes'][number]) =>
      note.kind === 'possible-repeat' || (note.kind === 'lost' && (isIntact || note.atMost > 0));
    if (!gap.isGap && notes.some(doubts)) {
      this.#breach(place, `nothing was lost, and it said: ${told}`);
    }
  }

  /** Without their places, the markers must report the losses one by one in the same order. */
  #matchInOrder(): void {
    const notes = this.#transcript.items.flatMap((item) => ('note' in item ? item : []));
    const telling = notes.filter(({note, text}, index) => {
      if (note.kind === 'lost') return true;
      // The look-up and the replay may both report that the pipeline was created again.
      const saidBefore =
        text.startsWith('created again') && notes[index - 1]?.text.endsWith('deleted and created again');
      return note.kind === 'new-life' && !saidBefore;
    });
    for (const [index, event] of this.#events.entries()) {
      const note = telling[index];
      this.#judge(event.place, {...event, isGap: true}, note ? [note] : []);
    }
    for (const {text} of telling.slice(this.#events.length)) {
      this.#breach(this.#entries.lines.length - 1, `a marker too many: ${text}`);
    }
  }

  #count(): void {
    const {lines} = this.#entries;
    for (const place of lines.keys()) {
      if (!this.#received[place]) continue;
      const tally = this.#tally(place);
      tally.sent += 1;
      tally.received += 1;
    }
    for (const [from, to] of this.#runs((place) => !this.#received[place])) {
      const tally = this.#lossTally(from, to);
      tally.sent += to - from;
      tally.lost += to - from;
    }
    const unsent = (place: number) => !this.#entries.wasSent(lines[place]?.entry ?? 0);
    for (const [from, to] of this.#runs(unsent)) this.#lossTally(from, to).unrecoverable += to - from;
  }

  /** The places [from, to) of lines in a row that a question is true for. */
  *#runs(isTrue: (place: number) => boolean): Generator<readonly [number, number]> {
    const {length} = this.#entries.lines;
    for (let from = 0; from < length; from++) {
      let to = from;
      while (to < length && isTrue(to)) to++;
      if (to > from) yield [from, to];
      from = to;
    }
  }

  /** How many bytes of the intact part are equal; a breach where they are not. */
  #compareIntact(): number {
    const {lines} = this.#entries;
    const count = lines.findIndex(({entry}) => entry >= this.#truth.intactUntil);
    const intact = lines.slice(0, count === -1 ? lines.length : count);
    const expected = Buffer.from(intact.map(({text}) => `${text}\n`).join(''), 'latin1');
    const found = this.#transcript.items.flatMap((item) => ('line' in item ? item.line : []));
    const got = Buffer.from(
      found
        .slice(0, intact.length)
        .map((line) => `${line}\n`)
        .join(''),
      'latin1',
    );
    if (!got.equals(expected)) this.#breach(intact.length - 1, 'the bytes of the intact part differ');
    return expected.length;
  }

  #repeat(place: number, text: string): void {
    this.#tally(place).repeated += 1;
    this.#breach(place, `repeated ${shown(text)}`);
  }

  #unmarked(place: number, lost: number): void {
    this.#lossTally(place, place).unmarked += 1;
    this.#breach(place, `no marker tells of ${lost} lost entries or of another life`);
  }

  #breach(place: number, text: string): void {
    const position = this.#entries.lines[Math.min(place, this.#entries.lines.length - 1)]?.entry ?? 0;
    this.#breaches.push({position, text});
  }

  /** A line that came belongs to the last fault that began before it was written. */
  #tally(place: number): Tally {
    const entry = this.#entries.lines[place]?.entry ?? 0;
    return this.#tallyOf(this.#truth.faults.findLast(({from}) => from <= entry));
  }

  /** A loss, from one place up to another, belongs to the last fault meanwhile that can have done it. */
  #lossTally(from: number, to: number): Tally {
    const {lines} = this.#entries;
    const first = lines[from]?.entry ?? 0;
    const last = lines[Math.min(to, lines.length - 1)]?.entry ?? 0;
    const near = this.#truth.faults.filter((fault) => fault.from <= last && fault.to >= first);
    return this.#tallyOf(near.findLast(({fault}) => clearsRing(fault.kind)) ?? near.at(-1));
  }

  #tallyOf(fault: FaultTruth | undefined): Tally {
    const kind = fault?.fault.kind ?? calm;
    const tally = this.#tallies.get(kind) ?? emptyTally();
    this.#tallies.set(kind, tally);
    return tally;
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
