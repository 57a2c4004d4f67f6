import {isoTime} from '../source/lib/format.ts';
import type {DeploymentError} from './pipeline-json.ts';
import type {Random} from './random.ts';

/** A record of a pipeline's process. */
export type LogEvent = {
  readonly level: Level;
  readonly target: string;
  /** May contain newlines: as text it then has continuation lines without a prefix. */
  readonly message: string;
  /** `{name: 'kafka_input', fields: 'topic="orders"'}` */
  readonly span?: {readonly name: string; readonly fields: string};
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
};

export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** A line of the runner itself. */
export type ManagerEvent = {
  readonly level: Level;
  /** Below `pipeline_manager::runner`. */
  readonly module: 'pipeline_logs' | 'pipeline_automata' | 'local_runner';
  /** May contain newlines; the suffix with the id follows the last line. */
  readonly message: string;
  readonly pipelineId: string;
  /** `N/A` from the log module, which does not have the name. */
  readonly pipelineName: string;
};

/** Of the runner's own lines: text, or JSON when the server runs with FELDERA_LOG_JSON. */
export type ManagerFormat = 'text' | 'json';

/** A panic of a worker of Feldera's engine. */
export type Panic = {
  readonly thread: string;
  readonly process: number;
  /** `src/main.rs:64:21` */
  readonly place: string;
  readonly message: string;
  /** The function that panicked, as the backtrace names it. */
  readonly frame?: string;
};

const sgr: Record<Level, number> = {TRACE: 35, DEBUG: 34, INFO: 32, WARN: 33, ERROR: 31};

/** The tag at the head of a text line: `[orders]`, on several hosts `[orders host=0]`. */
type Tag = {readonly name: string; readonly host?: number};

function tagText({name, host}: Tag): string {
  return host === undefined ? `[${name}]` : `[${name} host=${host}]`;
}

function fieldsText(fields: LogEvent['fields']): string {
  return Object.entries(fields ?? {})
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
    .join('');
}

/** With SGR colours, which are sent although the process writes to a pipe. `stamp` is RFC 3339. */
export function colourLine(tag: Tag, stamp: string, event: LogEvent): string {
  const dim = (text: string) => `\x1b[2m${text}\x1b[0m`;
  const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
  const level = `\x1b[${sgr[event.level]}m${event.level.padStart(5)}\x1b[0m`;
  const span = event.span ? `${bold(event.span.name)}${bold('{')} ${event.span.fields}${bold('}')}${dim(':')} ` : '';
  const target = `${dim(event.target)}${dim(':')}`;
  return `${tagText(tag)} ${dim(stamp)} ${level} ${span}${target}  ${event.message}${fieldsText(event.fields)}`;
}

/** Of a process that runs with NO_COLOR. */
export function plainLine(tag: Tag, stamp: string, event: LogEvent): string {
  const span = event.span ? `${event.span.name}{ ${event.span.fields}}: ` : '';
  const level = event.level.padStart(5);
  return `${tagText(tag)} ${stamp} ${level} ${span}${event.target}:  ${event.message}${fieldsText(event.fields)}`;
}

/** Keys are sorted, those of the fields too. */
export function jsonLine(
  pipeline: {readonly id: string; readonly name: string},
  stamp: string,
  event: LogEvent,
): string {
  const fields = Object.entries({message: event.message, ...event.fields}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    'feldera-service': 'pipeline',
    fields: Object.fromEntries(fields),
    level: event.level,
    'pipeline-id': pipeline.id,
    'pipeline-name': pipeline.name,
    ...(event.span && {span: event.span.name}),
    target: event.target,
    timestamp: stamp,
  });
}

export function managerLine(format: ManagerFormat, stamp: string, event: ManagerEvent): string {
  const target = `pipeline_manager::runner::${event.module}`;
  if (format === 'text') {
    const suffix = `pipeline-id="${event.pipelineId}" pipeline-name="${event.pipelineName}"`;
    return `[manager] ${stamp} ${event.level.padStart(5)} ${target}: ${event.message} ${suffix}`;
  }
  return JSON.stringify({
    timestamp: stamp,
    level: event.level,
    target,
    'feldera-service': 'runner',
    'pipeline-name': event.pipelineName,
    'pipeline-id': event.pipelineId,
    fields: {line: event.message},
  });
}

/** The first entry of every ring. */
export const freshStart = 'Fresh start of pipeline logs';

/** Precedes a catch-up whose beginning is gone. */
export function discardNotice(entries: number): string {
  return `... ${entries} prior log lines were discarded due to buffer constraints and are thus not shown.`;
}

/** The last entry of a log that has ended, without prefix in every format. */
export const endMarker = 'Logs have ended';

const panicked = ['__rustc::rust_begin_unwind', 'core::panicking::panic_fmt'];
const someFunction = 'dbsp::storage::backend::posixio_impl::PosixWriter::write_block';

/** From the function that panicked up to the worker's own, as an optimised program prints them (recording 35). */
const callers = [
  'dbsp::mono::<impl dbsp::circuit::circuit_builder::Stream<dbsp::circuit::circuit_builder::ChildCircuit<(),()>,dbsp::typed_batch::TypedBatch<K,(),i64,dbsp::trace::ord::fallback::wset::FallbackWSet<dyn dbsp::dynamic::data::Data,dyn dbsp::dynamic::weight::WeightTyped+Type = i64>>>>::filter::{{closure}}',
  '<unknown>',
  '<dbsp::operator::dynamic::filter_map::FilterZSet<B> as dbsp::circuit::operator_traits::UnaryOperator<B,B>>::eval::{{closure}}',
  'dbsp::circuit::operator_traits::UnaryOperator::eval_owned::{{closure}}',
  '<dbsp::circuit::circuit_builder::UnaryNode<C,I,O,Op> as dbsp::circuit::circuit_builder::Node>::eval::{{closure}}',
  '<unknown>',
  '<dbsp::circuit::circuit_builder::Timed<T> as core::future::future::Future>::poll::{{closure}}',
  'dbsp::circuit::circuit_builder::ElapsedTime::record',
  '<dbsp::circuit::circuit_builder::Timed<T> as core::future::future::Future>::poll',
  '<dbsp::circuit::circuit_builder::ChildCircuit<P,T> as dbsp::circuit::circuit_builder::Circuit>::eval_node::{{closure}}',
  'dbsp::circuit::schedule::dynamic_scheduler::Inner::spawn_task::{{closure}}',
  'tokio::runtime::task::core::Core<T,S>::poll::{{closure}}',
  'tokio::runtime::task::core::Core<T,S>::poll',
  'tokio::runtime::task::harness::poll_future::{{closure}}',
  '<unknown>',
  'std::panicking::catch_unwind::do_call',
  '__rust_try',
  '<unknown>',
  'tokio::runtime::task::harness::poll_future',
  'tokio::runtime::task::harness::Harness<T,S>::poll_inner',
  'tokio::runtime::task::harness::Harness<T,S>::poll',
  'tokio::runtime::task::raw::poll',
  'tokio::runtime::task::raw::RawTask::poll',
  'tokio::runtime::task::LocalNotified<S>::run',
  '<unknown>',
  '<unknown>',
  '<unknown>',
  '<unknown>',
  'std::thread::local::LocalKey<T>::try_with',
  'std::thread::local::LocalKey<T>::with',
  '<unknown>',
  '<unknown>',
  '<unknown>',
  'dbsp::circuit::circuit_builder::CircuitHandle::step::{{closure}}',
  '<unknown>',
  'tokio::runtime::scheduler::current_thread::CoreGuard::block_on::{{closure}}::{{closure}}::{{closure}}',
  'tokio::runtime::scheduler::current_thread::CoreGuard::block_on::{{closure}}::{{closure}}',
  'tokio::runtime::scheduler::current_thread::Context::enter',
  'tokio::runtime::scheduler::current_thread::CoreGuard::block_on::{{closure}}',
  'tokio::runtime::scheduler::current_thread::CoreGuard::enter::{{closure}}',
  'tokio::runtime::context::scoped::Scoped<T>::set',
  'tokio::runtime::context::set_scheduler::{{closure}}',
  'std::thread::local::LocalKey<T>::try_with',
  'std::thread::local::LocalKey<T>::with',
  'tokio::runtime::context::set_scheduler',
  'tokio::runtime::scheduler::current_thread::CoreGuard::enter',
  'tokio::runtime::scheduler::current_thread::CoreGuard::block_on',
  'tokio::runtime::scheduler::current_thread::CurrentThread::block_on::{{closure}}',
  'tokio::runtime::context::runtime::enter_runtime',
  'tokio::runtime::scheduler::current_thread::CurrentThread::block_on',
  'tokio::runtime::runtime::Runtime::block_on_inner',
  'tokio::runtime::runtime::Runtime::block_on',
  'dbsp::circuit::circuit_builder::CircuitHandle::step',
  'dbsp::circuit::dbsp_handle::<impl dbsp::circuit::runtime::Runtime>::init_circuit::{{closure}}',
  'dbsp::circuit::runtime::Runtime::run::{{closure}}::{{closure}}',
];

/** Frames that the engine's panic hook adds above. */
const hook = [
  'dbsp::circuit::runtime::WorkerPanicInfo::new',
  'dbsp::circuit::runtime::Runtime::panic',
  'dbsp::circuit::runtime::panic_hook::{{closure}}',
  'std::thread::local::LocalKey<T>::try_with',
  'std::thread::local::LocalKey<T>::with',
  'dbsp::circuit::runtime::panic_hook',
  'dbsp::circuit::runtime::Runtime::run::{{closure}}',
  'std::panicking::panic_with_hook',
  'std::panicking::panic_handler::{closure#0}',
  'std::sys::backtrace::__rust_end_short_backtrace::<std::panicking::panic_handler::{closure#0}, !>',
];

/** Frames that it adds below; `at …` is the place of the frame above it. */
const thread = [
  'std::sys::backtrace::__rust_begin_short_backtrace',
  'std::thread::lifecycle::spawn_unchecked::{{closure}}::{{closure}}',
  '<unknown>',
  'std::panicking::catch_unwind::do_call',
  '__rust_try',
  'std::thread::lifecycle::spawn_unchecked::{{closure}}',
  'core::ops::function::FnOnce::call_once{{vtable.shim}}',
  '<unknown>',
  'start_thread',
  'at ./nptl/pthread_create.c:442:8',
  'clone3',
  'at ./misc/../sysdeps/unix/sysv/linux/x86_64/clone3.S:81:0',
];

function numbered(frames: readonly string[]): string[] {
  let number = 0;
  return frames.map((frame) =>
    frame.startsWith('at ') ? `             ${frame}` : `${String(number++).padStart(4)}: ${frame}`,
  );
}

/** On stderr, one entry for each line; the first one is empty. */
export function panicLines({thread, process, place, message, frame = someFunction}: Panic): string[] {
  return [
    '',
    `thread '${thread}' (${process}) panicked at ${place}:`,
    ...message.split('\n'),
    'stack backtrace:',
    ...numbered([...panicked, frame, ...callers]),
    'note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.',
  ];
}

/** The engine's longer backtrace; each frame ends in a newline. */
function panicBacktrace({frame = someFunction}: Pick<Panic, 'frame'>): string {
  return `${numbered([...hook, ...panicked, frame, ...callers, ...thread]).join('\n')}\n`;
}

/** In the log and in `deployment_error` (recording 35b). */
export function panicMessage(panic: Panic): string {
  return [
    'DBSP error: runtime error: One or more worker threads terminated unexpectedly',
    'foreground worker thread 0 panicked',
    `panic message: ${panic.message}`,
    `panic location: ${panic.place}`,
    `stack trace:\n${panicBacktrace(panic)}\n\n`,
  ].join('\n');
}

export function panicError(panic: Panic): DeploymentError {
  const [, file = '', line, col] = /^(.*):(\d+):(\d+)$/.exec(panic.place) ?? [];
  const location = {file, line: Number(line), col: Number(col)};
  const info = {backtrace: panicBacktrace(panic), location, message: panic.message};
  return {
    message: panicMessage(panic),
    error_code: 'RuntimeError.WorkerPanic',
    details: {error: {WorkerPanic: {panic_info: [[0, 'foreground', info]]}}},
  };
}

/** `micros`: Unix time in µs. As the server: RFC 3339, UTC, six digits, `Z`. */
export function formatMicros(micros: number): string {
  const milliseconds = Math.floor(micros / 1000);
  const rest = String(micros - milliseconds * 1000).padStart(3, '0');
  return `${isoTime(milliseconds).slice(0, -1)}${rest}Z`;
}

/** Strictly rising time stamps of one pipeline; the microseconds come from `random`. */
export class Stamps {
  readonly #now: () => number;
  readonly #random: Random;
  #last = 0;

  /** `now` returns Unix time in ms. */
  constructor(now: () => number, random: Random) {
    this.#now = now;
    this.#random = random;
  }

  /** Now, or the last stamp if that is later; it may repeat, and takes nothing from `random`. */
  latest(): string {
    return formatMicros(Math.max(this.#last, Math.floor(this.#now()) * 1000));
  }

  next(): string {
    const candidate = Math.floor(this.#now()) * 1000 + this.#random.integer(1000);
    this.#last = Math.max(this.#last + 1 + this.#random.integer(9), candidate);
    return formatMicros(this.#last);
  }
}
