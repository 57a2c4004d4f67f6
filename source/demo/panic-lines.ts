import type {DeploymentError} from './pipeline-json.ts';

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

const panicked = ['__rustc::rust_begin_unwind', 'core::panicking::panic_fmt'];
const someFunction = 'dbsp::storage::backend::posixio_impl::PosixWriter::write_block';

/** From the function that panicked up to the worker's own, as an optimised program says them (recording 35). */
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

/** What the engine's panic hook adds above. */
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

/** What it adds below; `at …` is a place, and has no number of its own. */
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

/** What a panicking worker prints to stderr, one entry a line, the first one empty. */
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

/** The longer backtrace that the engine keeps of a panic; each frame ends in a newline. */
export function panicBacktrace({frame = someFunction}: Pick<Panic, 'frame'>): string {
  return `${numbered([...hook, ...panicked, frame, ...callers, ...thread]).join('\n')}\n`;
}

/** What the engine says of a panic of its foreground worker 0, in the log and in `deployment_error` (recording 35b). */
export function panicMessage(panic: Panic): string {
  return [
    'DBSP error: runtime error: One or more worker threads terminated unexpectedly',
    'foreground worker thread 0 panicked',
    `panic message: ${panic.message}`,
    `panic location: ${panic.place}`,
    `stack trace:\n${panicBacktrace(panic)}\n\n`,
  ].join('\n');
}

/** `deployment_error` after a panic. */
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
