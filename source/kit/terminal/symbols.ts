/** The program's own symbols. Each character is one cell wide. */
export type Symbols = {
  /** States of a pipeline. */
  readonly running: string;
  /** It runs, and its log was not read. */
  readonly unread: string;
  readonly stopped: string;
  readonly failed: string;
  readonly waiting: string;
  readonly degraded: string;
  readonly paused: string;
  readonly currentLine: string;
  /** In the title of the side that has the focus. */
  readonly focus: string;
  /** Set by the user. */
  readonly mark: string;
  readonly ellipsis: string;
  /** In the row of a marker. */
  readonly rule: string;
  /** Between the list and the log. */
  readonly divider: string;
  readonly down: string;
  /** Between two pieces of a status. */
  readonly dot: string;
  /** The line continues beyond the border of the pane. */
  readonly cutLeft: string;
  readonly cutRight: string;
  /** Track of the scrollbar, at the right border of a paused log. */
  readonly track: string;
  /** At the first row of an error in a log. */
  readonly errorBar: string;
  /** In front of a number of errors. */
  readonly error: string;
  /** In front of the number of records of a fold. */
  readonly times: string;
  /** Eight, from the lowest to the highest. */
  readonly bars: string;
  /** In the histogram of time: a long silence, a run's start, lost lines, a match. */
  readonly silence: string;
  readonly start: string;
  readonly loss: string;
  readonly match: string;
};

const unicode: Symbols = {
  running: '●',
  unread: '◦',
  stopped: '○',
  failed: '✗',
  waiting: '◌',
  degraded: '◐',
  paused: '‖',
  currentLine: '▸',
  focus: '►',
  mark: '◆',
  ellipsis: '…',
  rule: '─',
  divider: '│',
  down: '▼',
  dot: '·',
  cutLeft: '‹',
  cutRight: '›',
  track: '▕',
  errorBar: '▎',
  error: '✗',
  times: '×',
  bars: '▁▂▃▄▅▆▇█',
  silence: '┊',
  start: '┬',
  loss: '╳',
  match: '▴',
};

const ascii: Symbols = {
  running: '*',
  unread: '.',
  stopped: 'o',
  failed: 'x',
  waiting: '~',
  degraded: '%',
  paused: '=',
  currentLine: '>',
  focus: '>',
  mark: '+',
  ellipsis: '~',
  rule: '-',
  divider: '|',
  down: 'v',
  dot: '-',
  cutLeft: '<',
  cutRight: '>',
  track: ':',
  errorBar: '!',
  error: '!',
  times: 'x',
  bars: '.,:=+*#@',
  silence: '|',
  start: 'T',
  loss: '!',
  match: '^',
};

/** Returns whether the locale is UTF-8. As in POSIX, the first of these variables that is set counts. */
export function hasUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

/** `utf8`: the locale is UTF-8. */
export function symbolsFor(utf8: boolean): Symbols {
  return utf8 ? unicode : ascii;
}
