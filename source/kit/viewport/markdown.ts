import {clean} from '../../lib/clean.ts';
import {count, dateTime} from '../../lib/format.ts';
import {maskSteps} from '../../lib/secrets.ts';
import {runAtOnce} from '../../lib/slices.ts';
import {type Advice, adviceFor, adviceWords} from '../words/guide.ts';
import {lineAsSent} from './line-text.ts';

export type MarkdownInput = {
  readonly pipeline: string;
  /** The server's URL. Only its host is written: a URL may contain credentials. Empty: the log is a file. */
  readonly server: string;
  readonly platformVersion?: string;
  /** Times of the first and the last record, Unix time in ms; undefined if no line has a time. */
  readonly span: {readonly from: number; readonly to: number} | undefined;
  readonly filters: readonly string[];
  readonly gaps: readonly string[];
  /** Errors of the pipelines that are not in the log. */
  readonly errors?: readonly MarkdownError[];
  /** Place of the first record: its hash, and the command that shows it. */
  readonly place?: {readonly hash: string; readonly command: string | undefined} | undefined;
};

/** Something known of a pipeline. */
export type Fact = readonly [name: string, value: string];

/** Facts by their names, in this order; undefined: it is left out. */
export function factsOf(values: Readonly<Record<string, string | undefined>>): readonly Fact[] {
  return Object.entries(values).flatMap(([name, value]): readonly Fact[] =>
    value === undefined ? [] : [[name, value]],
  );
}

/** `origin`: see `adviceFor`. */
type MarkdownError = {readonly title: string; readonly text: string; readonly origin?: 'compiler' | undefined};

/**
 * Markdown report of lines for an issue or a message, without credentials. Lines are added one by one: the caller works
 * in slices.
 */
export class MarkdownReport {
  readonly #lines: string[] = [];
  #longestRun = 0;
  #advice: Advice | undefined;

  /** The caller may reuse the array. */
  add(line: Uint8Array): void {
    const {text} = lineAsSent(line);
    this.#lines.push(text);
    this.#advice ??= adviceFor(text);
    this.#longestRun = Math.max(this.#longestRun, longestRunOfBackticks(text));
  }

  /** In steps of less than a frame. */
  *finish(input: MarkdownInput): Generator<void, string, void> {
    // The fence is longer than any run of backticks in the lines, so that no line closes it.
    const fence = '`'.repeat(Math.max(3, this.#longestRun + 1));
    const errors = (input.errors ?? []).flatMap((error) => runAtOnce(errorSteps(error)));
    // A credential may have several lines.
    const {text} = yield* maskSteps(this.#lines.join('\n'));
    const lines = this.#lines.length === 0 ? [] : [`${fence}text`, text, fence, ''];
    return [...this.#head(input), '', ...errors, ...lines, ...placeLines(input.place)].join('\n');
  }

  /** Quotes Feldera's guide on an error in the lines, or else on one that is not in the log. */
  #guide(errors: readonly MarkdownError[]): readonly string[] {
    const [advice] = this.#advice ? [this.#advice] : errors.flatMap(({text, origin}) => adviceFor(text, origin) ?? []);
    return advice ? [`- ${escaped(adviceWords(advice))}`] : [];
  }

  #head({pipeline, server, platformVersion, span, filters, gaps, errors = []}: MarkdownInput): string[] {
    return [
      `**Log of ${code(pipeline)}${onServer(server)}**`,
      '',
      `- Time: ${span === undefined ? 'unknown' : spanWords(span)}`,
      `- Lines: ${count(this.#lines.length)}`,
      `- Platform version: ${platformVersion === undefined ? 'unknown' : code(platformVersion)}`,
      `- Filters: ${filters.length === 0 ? 'none' : filters.map(code).join(', ')}`,
      `- Gaps: ${gaps.length === 0 ? 'none' : ''}`.trimEnd(),
      ...gaps.map((gap) => `  - ${escaped(gap)}`),
      ...this.#guide(errors),
    ];
  }
}

type PipelineInput = {
  readonly pipeline: string;
  readonly server: string;
  readonly facts: readonly Fact[];
  readonly errors: readonly MarkdownError[];
};

/** A report of a pipeline without its log: facts as a list, errors in code blocks. */
export function pipelineMarkdown(input: PipelineInput): string {
  return runAtOnce(pipelineMarkdownSteps(input));
}

/** Makes the same report in steps of less than a frame: errors may be long. */
export function* pipelineMarkdownSteps(input: PipelineInput): Generator<void, string, void> {
  const {pipeline, server, facts, errors} = input;
  const blocks: string[] = [];
  for (const error of errors) blocks.push(...(yield* errorSteps(error)));
  return [
    `**Pipeline ${code(pipeline)}${onServer(server)}**`,
    '',
    ...facts.map(([name, value]) => `- ${escaped(name)}: ${escaped(value)}`),
    '',
    ...blocks,
  ].join('\n');
}

type TextInput = MarkdownError & {readonly server: string};

/** A page that is about several pipelines, or about no pipeline: its title and its text. */
export function textMarkdown({title, server, text}: TextInput): string {
  return [`**${escaped(title)}${onServer(server)}**`, '', runAtOnce(fencedSteps(text.trimEnd())), ''].join('\n');
}

function placeLines(place: MarkdownInput['place']): readonly string[] {
  if (!place) return [];
  const record = `record ${code(place.hash)}`;
  return place.command === undefined
    ? [`The first line is of ${record}.`, '']
    : [`The same place, ${record}:`, '', runAtOnce(fencedSteps(place.command, 'sh')), ''];
}

/** An error with its title above a fence, and a blank line at the end. */
function* errorSteps({title, text}: MarkdownError): Generator<void, readonly string[], void> {
  return [`**${escaped(title)}**`, '', yield* fencedSteps(text), ''];
}

/** Lines that are read in a step. */
const stepLines = 500;

/** A text between fences, without a newline at its end. */
function* fencedSteps(text: string, language = 'text'): Generator<void, string, void> {
  const lines = text.split('\n');
  let longest = 2;
  for (const [index, line] of lines.entries()) {
    if (index % stepLines === stepLines - 1) yield;
    const shown = clean(line);
    lines[index] = shown;
    longest = Math.max(longest, longestRunOfBackticks(shown));
  }
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

function onServer(server: string): string {
  if (server === '') return '';
  return ` on ${code(URL.canParse(server) ? new URL(server).host : 'unknown')}`;
}

/** `2026-11-25 12:01:02 to 12:03:44 UTC`; with a second date if it differs. */
function spanWords({from, to}: {from: number; to: number}): string {
  const [fromDay = '', fromTime = ''] = dateTime(from).split(' ');
  const [toDay = '', toTime = ''] = dateTime(to).split(' ');
  return `${fromDay} ${fromTime} to ${toDay === fromDay ? '' : `${toDay} `}${toTime} UTC`;
}

function code(value: string): string {
  const text = oneLine(value);
  const run = longestRunOfBackticks(text);
  if (run === 0 && text.trim() !== '') return `\`${text}\``;
  // Markdown removes one space inside each delimiter, unless the text is blank.
  const delimiter = '`'.repeat(run + 1);
  return `${delimiter} ${text} ${delimiter}`;
}

/** An address of Feldera's documentation stays one. */
function escaped(value: string): string {
  return oneLine(value).replaceAll(/https:\/\/docs\.feldera\.com\/\S+|[\\`*_~[\]<>&|#]/g, (part) =>
    part.length > 1 ? `<${part}>` : `\\${part}`,
  );
}

function oneLine(value: string): string {
  return clean(value.replaceAll(/\s+/g, ' '));
}

function longestRunOfBackticks(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}
