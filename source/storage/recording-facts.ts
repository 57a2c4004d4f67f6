import type {Marker} from '../buffer/marker.ts';

/** Written into every index; a recording of a later version is left alone. */
export const recordingVersion = 1;

/**
 * One line of a recording's index. An `offset` is in bytes and a `line` in lines, both of all that was ever recorded in
 * the folder, files that were deleted included; `at` is wall milliseconds.
 *
 * A fact is written before the bytes that it speaks of, so a fact beyond the end of the log is void: the program died
 * between the two. Facts may come twice; the later one counts.
 */
export type Fact =
  | {
      readonly kind: 'recording';
      readonly version: number;
      readonly name: string;
      readonly id: string;
      /** Undefined, too, where nobody said so yet. */
      readonly server?: string | undefined;
      readonly at: number;
    }
  /** Another file begins. */
  | {readonly kind: 'file'; readonly file: number; readonly offset: number; readonly line: number; readonly at: number}
  /** A run of whole lines: what is read back, and compressed, at once. */
  | {
      readonly kind: 'block';
      readonly offset: number;
      readonly length: number;
      readonly line: number;
      readonly lines: number;
      readonly at: number;
    }
  /** The marker of this number stands here. A second one of a number corrects the first. */
  | {
      readonly kind: 'marker';
      readonly number: number;
      readonly offset: number;
      readonly line: number;
      readonly marker: Marker;
    }
  /** How to go on with the log from here. `fresh`: nothing before is a reference for what comes. */
  | {readonly kind: 'state'; readonly offset: number; readonly fresh: boolean; readonly state: unknown}
  /** Something is missing here: how to go on is unknown until the next state. */
  | {readonly kind: 'gap'; readonly offset: number}
  /** The file was compressed, one gzip member for each of its blocks, of these lengths. */
  | {readonly kind: 'compressed'; readonly file: number; readonly members: readonly number[]}
  /** The file was deleted to make room. */
  | {readonly kind: 'deleted'; readonly file: number; readonly at: number}
  /** The log was found to end here: facts above that speak of more are void. */
  | {readonly kind: 'end'; readonly offset: number; readonly at: number};

/** One line, its newline included. */
export function factLine(fact: Fact): string {
  return `${JSON.stringify(fact)}\n`;
}

const numbers: Readonly<Record<Fact['kind'], readonly string[]>> = {
  recording: ['version'],
  file: ['file', 'offset', 'line'],
  block: ['offset', 'length', 'line', 'lines'],
  marker: ['number', 'offset', 'line'],
  state: ['offset'],
  gap: ['offset'],
  compressed: ['file'],
  deleted: ['file'],
  end: ['offset'],
};

/** Kinds with a time. */
const dated: Readonly<Partial<Record<Fact['kind'], true>>> = {
  recording: true,
  file: true,
  block: true,
  deleted: true,
  end: true,
};

/** The facts in an index, in order. A line that was torn, or that this version does not know, is left out. */
export function* readFacts(text: string): Generator<Fact> {
  for (const line of text.split('\n')) {
    const fact = line === '' ? undefined : parse(line);
    if (fact) yield fact;
  }
}

function parse(line: string): Fact | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isFact(value) ? value : undefined;
}

function isFact(value: unknown): value is Fact {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const kind = fields.get('kind');
  if (typeof kind !== 'string' || !Object.hasOwn(numbers, kind)) return false;
  if (!numbers[kind as Fact['kind']].every((field) => isWhole(fields.get(field)))) return false;
  if (kind in dated && !Number.isFinite(fields.get('at'))) return false;
  const members = fields.get('members');
  if (kind === 'compressed') return Array.isArray(members) && members.every(isWhole);
  if (kind === 'marker') return isMarker(fields.get('marker'));
  return kind !== 'recording' || (typeof fields.get('name') === 'string' && typeof fields.get('id') === 'string');
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

/** Only what every marker has: the index is in a folder that nobody else may write to. */
function isMarker(value: unknown): value is Marker {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && 'at' in value && typeof value.at === 'number'
  );
}
