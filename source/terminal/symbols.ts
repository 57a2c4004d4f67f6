/** The program's own symbols. Each is one cell wide. */
export type Symbols = {
  /** States of a pipeline. */
  readonly running: string;
  readonly stopped: string;
  readonly failed: string;
  readonly waiting: string;
  readonly paused: string;
  /** Marks the current line in the margin. */
  readonly currentLine: string;
  /** A mark that the user set, in the margin. */
  readonly mark: string;
  /** Text that did not fit was left out here. */
  readonly ellipsis: string;
  /** The horizontal rule of a marker. */
  readonly rule: string;
  /** Between the sidebar and the log. */
  readonly divider: string;
  readonly up: string;
  readonly down: string;
  /** Between two pieces of a status. */
  readonly dot: string;
  /** The line continues beyond the border of the pane. */
  readonly cutLeft: string;
  readonly cutRight: string;
  /** In front of a number of errors. */
  readonly error: string;
  /** In front of the number of records of a folded row. */
  readonly times: string;
};

const unicode: Symbols = {
  running: '●',
  stopped: '○',
  failed: '✗',
  waiting: '◌',
  paused: '‖',
  currentLine: '▸',
  mark: '◆',
  ellipsis: '…',
  rule: '─',
  divider: '│',
  up: '↑',
  down: '▼',
  dot: '·',
  cutLeft: '‹',
  cutRight: '›',
  error: '✗',
  times: '×',
};

const ascii: Symbols = {
  running: '*',
  stopped: 'o',
  failed: 'x',
  waiting: '~',
  paused: '=',
  currentLine: '>',
  mark: '+',
  ellipsis: '~',
  rule: '-',
  divider: '|',
  up: '^',
  down: 'v',
  dot: '-',
  cutLeft: '<',
  cutRight: '>',
  error: '!',
  times: 'x',
};

/** The symbols for a terminal whose locale is, or is not, UTF-8. */
export function symbolsFor(utf8: boolean): Symbols {
  return utf8 ? unicode : ascii;
}
