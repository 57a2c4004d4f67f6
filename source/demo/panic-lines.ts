const rustc = '/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library';

/** What a panicking worker prints to stderr, one entry a line, the first one empty. */
export function panicLines(options: {thread: string; process: number; place: string; message: string}): string[] {
  const frames: readonly (readonly [string, string])[] = [
    ['__rustc::rust_begin_unwind', `${rustc}/std/src/panicking.rs:689:5`],
    ['core::panicking::panic_fmt', `${rustc}/core/src/panicking.rs:80:14`],
    ['core::result::unwrap_failed', `${rustc}/core/src/result.rs:1867:5`],
    ['core::result::Result<T,E>::unwrap', `${rustc}/core/src/result.rs:1233:23`],
    ['dbsp::circuit::runtime::Runtime::run::{{closure}}', `./${options.place}`],
  ];
  return [
    '',
    `thread '${options.thread}' (${options.process}) panicked at ${options.place}:`,
    options.message,
    'stack backtrace:',
    ...frames.flatMap(([name, place], index) => [`${String(index).padStart(4)}: ${name}`, `             at ${place}`]),
    'note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.',
  ];
}
