const unicode = {
  /** States of a pipeline. */
  running: '●',
  /** It runs, and its log was not read. */
  unread: '◦',
  stopped: '○',
  failed: '✗',
  waiting: '◌',
  degraded: '◐',
  paused: '‖',
  currentLine: '▸',
  /** In the title of the side that has the focus. */
  focus: '►',
  /** Set by the user. */
  mark: '◆',
  ellipsis: '…',
  /** In the row of a marker. */
  rule: '─',
  /** Between the list and the log. */
  divider: '│',
  down: '▼',
  /** Between two pieces of a status. */
  dot: '·',
  /** The line continues beyond the border of the pane. */
  cutLeft: '‹',
  cutRight: '›',
  /** Track of the scrollbar, at the right border of a paused log. */
  track: '▕',
  /** At the first row of an error in a log. */
  errorBar: '▎',
  /** In front of a number of errors. */
  error: '✗',
  /** In front of the number of records of a fold. */
  times: '×',
  /** Eight, from the lowest to the highest. */
  bars: '▁▂▃▄▅▆▇█',
  /** In the histogram of time: a long silence, a run's start, lost lines, a match. */
  silence: '┊',
  start: '┬',
  loss: '╳',
  match: '▴',
};

/** The program's own symbols. Each character is one cell wide. */
export type Symbols = {readonly [Name in keyof typeof unicode]: string};

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
