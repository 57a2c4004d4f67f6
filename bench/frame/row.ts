/** Figures of one measured task, by name: `wallMs`, `cpuMs`, `count`, … One task may measure several at once. */
export type Sample = Readonly<Record<string, number>>;

/** What tasks work on. */
export type BenchContext = {
  /** A log file of `lines` lines, or so many times as many, made once and shared by all rows. Returns its path. */
  readonly logFile: (times?: number) => Promise<string>;
  /** How many lines the log has. */
  readonly lines: number;
  /** The checkout that is measured: its `dist` is built. Ours, or another commit's with the same `bench/`. */
  readonly tree: string;
};

/** One thing that is measured, in a process of its own. */
export type Task = {
  /** In a few words, for the table. */
  readonly what: string;
  readonly measure: (context: BenchContext) => Promise<Sample>;
};

/** A program that a row needs, and the package of Debian that has it. */
export type Tool = {readonly command: string; readonly package: string};

/** What is to be reached: of the ratio of the medians, or of our median itself. */
export type Target = {readonly of: 'ratio' | 'value'; readonly atMost: number};

/** One claim. A file of rows may make several, all named after the file: `search` holds `search-literal`, … */
export type Row = {
  readonly name: string;
  readonly ours: Task;
  /** What it is compared with, measured in turn with ours. */
  readonly reference?: Task;
  /** The figure of the samples that counts. */
  readonly figure: string;
  /** That of the reference, if it is another. */
  readonly referenceFigure?: string;
  /** The figure that has to be the same on both sides, `count` unless given; of a reference without it, its `count`. */
  readonly count?: string;
  /** Unit of the figure: `ms`, `bytes a byte`. */
  readonly unit: string;
  /** Undefined: measured without a target. */
  readonly target?: Target;
  /** The row is skipped on a machine without them. */
  readonly needs?: readonly Tool[];
  /** Why the target is missed: for docs/maintainers/performance.md. */
  readonly why?: string;
};

/** Everything that was measured for a row, in the order of the runs. */
export type RowSamples = {readonly row: Row; readonly ours: readonly Sample[]; readonly reference: readonly Sample[]};
