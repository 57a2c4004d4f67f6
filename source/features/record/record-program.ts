import type {ApiFailure, PipelineDetail} from '../../engine/api/types.ts';
import {type ExcerptLine, type ProgramPlace, positionIn} from '../../engine/program/program-excerpt.ts';
import {programThen} from '../../engine/program/program-version.ts';
import {endpointIn} from '../../engine/records/suppressed.ts';
import {paragraph} from '../../kit/pages/page-rows.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import {plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import {lineAsSent} from '../../kit/viewport/line-text.ts';
import {excerptRows} from '../../kit/viewport/program-rows.ts';
import {clean} from '../../lib/clean.ts';
import {count, dateTime, readTime} from '../../lib/format.ts';

/** A record whose message names a place in the program of its pipeline. */
type PlacedRecord = {
  readonly pipeline: string;
  readonly place: ProgramPlace;
  /** Unix time in ms; undefined: nothing tells it. */
  readonly at: number | undefined;
};

/** Bytes of a record in which a place is looked for. */
const mostRead = 8192;

/** Feldera's screen names a connector that has ended without quotes. */
const endedPattern = / (?:Input|Output) endpoint (\S+) failed/;

/** Returns the current record; undefined: there is none, or it names no place. */
export function placedRecord(screen: Screen): PlacedRecord | undefined {
  const at = screen.paneOnScreen;
  if (!at || at.current === undefined) return undefined;
  const {index, source} = at.model;
  const head = index.headOf(at.current);
  const {merge, buffer} = source;
  if (buffer.markerAt(head) || buffer.lineAt(head) === undefined) return undefined;
  const origin = merge?.originAt(head);
  const pipeline = (origin === undefined ? undefined : merge?.names[origin]) ?? at.tab.pastOf ?? source.name;
  const place = placeIn(screen, head);
  return place && {pipeline, place, at: index.timeAt(head)};
}

function placeIn(screen: Screen, head: number): ProgramPlace | undefined {
  const {model} = screen.paneOnScreen ?? {};
  const first = model?.index.firstTextOf(head)?.subarray(0, mostRead);
  if (!model || !first) return undefined;
  const endpoint = endpointIn(first) ?? endedPattern.exec(lineAsSent(first).text)?.[1];
  if (endpoint !== undefined) return {kind: 'endpoint', endpoint};
  let text = '';
  for (const id of model.index.linesOf(head)) {
    const line = model.source.buffer.lineAt(id) ?? new Uint8Array();
    text += `${lineAsSent(line.subarray(0, mostRead)).text}\n`;
    if (text.length > mostRead) break;
  }
  return positionIn(text.slice(0, mostRead));
}

/** The lines of the program for a record that names a place in it, or why there are none. `width`: cells of a row. */
export function programRowsOf(screen: Screen, record: PlacedRecord, width: number): readonly StyledText[] {
  const {programs, services} = screen;
  const {pipeline, place} = record;
  const known = programs.get(pipeline);
  if (known?.kind === 'file') return [];
  const heading = plain('program', {bold: true});
  const say = (words: string) => [plain(''), heading, ...paragraph(words, width, {indent: 0})];
  if (!known || known.kind === 'loading') return say('loading');
  if (known.kind === 'failure') return say(failedWords(known.failure));
  const {detail} = known;
  const then = programThen(detail, record.at);
  if (then !== 'same') return say(otherProgramWords[then](detail));
  const excerpt = programs.excerpt(pipeline, place);
  if (excerpt === 'reading') return say('loading');
  if (!excerpt) return say(`It has no ${placeWords(place)}.`);
  return [...say(shownWords(place, excerpt, detail)), ...excerptRows(excerpt, {width, symbols: services.symbols})];
}

function failedWords(failure: ApiFailure): string {
  return failure.kind === 'cancelled' ? '' : `The program could not be read: ${failure.message}`;
}

const otherProgramWords = {
  changed: ({programStatusSince}: PipelineDetail) =>
    `The program has changed since this run, or was compiled again, at ${dateTime(readTime(programStatusSince))} UTC: its lines may not be those of the run.`,
  unknown: () => 'Unknown whether the program has changed since this run: nothing tells the time of the record.',
} as const;

function placeWords(place: ProgramPlace): string {
  if (place.kind === 'position') return `line ${count(place.line)}`;
  return `table or view with a connector ${clean(place.endpoint)}`;
}

function shownWords(place: ProgramPlace, excerpt: readonly ExcerptLine[], {programVersion}: PipelineDetail): string {
  const version = programVersion === undefined ? '' : ` (version ${count(programVersion)})`;
  if (place.kind === 'position') return `Line ${count(place.line)}, column ${count(place.column)}${version}:`;
  const line = excerpt.find(({marked}) => marked)?.number ?? 1;
  return `${clean(place.endpoint)} is declared at line ${count(line)}${version}:`;
}
