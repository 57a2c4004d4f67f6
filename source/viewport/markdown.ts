import {count, dateTime} from '../lib/format.ts';
/** What a reader must know about the lines. */
export type MarkdownInput = {
  readonly pipeline: string;
  /** The server's URL; only its host is named, which leaves out credentials. */
  readonly server: string;
  /** The pipeline's platform version. */
  readonly platformVersion?: string;
  /** Times of the first and the last record, Unix time in ms; undefined when no line has a time. */
  readonly span: {readonly from: number; readonly to: number} | undefined;
  /** The active filters, in words. */
  readonly filters: readonly string[];
  /** The gaps among the lines, in words. */
  readonly gaps: readonly string[];
};

/**
 * A Markdown report of lines, for an issue or a message: facts about them, then the lines in a fence. Lines are added one
 * by one, so that the caller can work in slices.
 */
export class MarkdownReport {
  readonly #clean: (line: Uint8Array) => string;
  readonly #lines: string[] = [];
  #longestRun = 0;

  /** `clean` turns a line's bytes into text without colours and control characters. */
  constructor(clean: (line: Uint8Array) => string) {
    this.#clean = clean;
  }

  /** The array is not kept. */
  add(line: Uint8Array): void {
    const text = this.#clean(line);
    this.#lines.push(text);
    this.#longestRun = Math.max(this.#longestRun, longestRunOfBackticks(text));
  }

  finish(input: MarkdownInput): string {
    // A fence of at least three backticks, longer than any run of backticks in the lines: none can close it.
    const fence = '`'.repeat(Math.max(3, this.#longestRun + 1));
    return [...this.#head(input), '', `${fence}text`, ...this.#lines, fence, ''].join('\n');
  }

  #head({pipeline, server, platformVersion, span, filters, gaps}: MarkdownInput): string[] {
    return [
      `**Log of ${code(pipeline)} on ${code(hostOf(server))}**`,
      '',
      `- Time: ${span === undefined ? 'unknown' : spanWords(span)}`,
      `- Lines: ${count(this.#lines.length)}`,
      `- Platform version: ${platformVersion === undefined ? 'unknown' : code(platformVersion)}`,
      `- Filters: ${filters.length === 0 ? 'none' : filters.map(code).join(', ')}`,
      `- Gaps: ${gaps.length === 0 ? 'none' : ''}`.trimEnd(),
      ...gaps.map((gap) => `  - ${escaped(gap)}`),
    ];
  }
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).host : 'unknown';
}

/** `2026-11-25 12:01:02 to 12:03:44 UTC`; the second date only where it differs. */
function spanWords({from, to}: {from: number; to: number}): string {
  const [fromDay = '', fromTime = ''] = dateTime(from).split(' ');
  const [toDay = '', toTime = ''] = dateTime(to).split(' ');
  return `${fromDay} ${fromTime} to ${toDay === fromDay ? '' : `${toDay} `}${toTime} UTC`;
}

/** Text as inline code, in which no character has a meaning for Markdown. */
function code(value: string): string {
  const text = oneLine(value);
  const run = longestRunOfBackticks(text);
  if (run === 0 && text.trim() !== '') return `\`${text}\``;
  // Markdown removes one blank inside each delimiter, if the text is not blank.
  const delimiter = '`'.repeat(run + 1);
  return `${delimiter} ${text} ${delimiter}`;
}

function escaped(value: string): string {
  return oneLine(value).replaceAll(/[\\`*_~[\]<>&|#]/g, '\\$&');
}

function oneLine(value: string): string {
  return value.replaceAll(/\s+/g, ' ');
}

function longestRunOfBackticks(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}
