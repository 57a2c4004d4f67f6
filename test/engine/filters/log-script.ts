import fc from 'fast-check';
import type {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';

const head = (level: string, target: string, message: string) =>
  `[p] 2026-11-25T09:08:47.372844Z ${level.padStart(5)} ${target}:  ${message}\n`;

const panic = "\nthread 'w' (1) panicked at src/main.rs:1:2:\n";

/** The usual parts of logs: records of few fingerprints, some of several lines, and panics that others interrupt. */
const usual = [
  head('INFO', 'a::kafka', 'step 2 done'),
  head('INFO', 'a::kafka', 'step 3 done'),
  head('INFO', 'a::kafka', 'step 1 refused'),
  head('DEBUG', 'b', 'x'),
  `${panic}message\nstack backtrace:\n   0: f\n`,
  '   1: f\n',
  '   2: refused\n',
  '  refused\n',
  'Pipeline configuration loaded successfully: {\n  "name": "refused",\n',
  '  "workers": 1,\n',
].map((text) => Buffer.from(text));

const unusual = [
  head('WARN', 'a::http', 'step 4 done'),
  head('ERROR', 'a::http', 'refused'),
  '[manager] 2026-11-25T09:08:47.069619Z  INFO b::c: up pipeline-id="1" pipeline-name="N/A"\n',
  '{"timestamp":"2026-11-25T09:08:47.069619Z","level":"WARN","target":"b::kafka","fields":{"message":"done"}}\n',
  panic,
  'stack backtrace:\n',
  '   0: refused\n',
  '   3: f\n',
  '             at ./x\n',
  'note: run with `RUST_BACKTRACE=full`\n',
  '  indented\n',
  head('ERROR', 'dbsp', 'One or more worker threads terminated unexpectedly'),
  '  "last": 1\n}\n',
  'plain refused\n',
  'plain\n',
  '\n',
  "\nthread 'w'",
  ' (1) panicked at refused:1:1:\n',
  '[p] 2026-11-25T09:08:47.372844Z  INFO a::kafka:  step 2',
  ' done\n',
  'ref',
  'used',
  '[p] 2026-11-25T09:08:4',
].map((text) => Buffer.from(text));

const piece = fc.oneof(
  {weight: 3, arbitrary: fc.constantFrom(...usual)},
  {weight: 1, arbitrary: fc.constantFrom(...unusual)},
);

export type LogOperation =
  | {readonly do: 'append'; readonly chunk: Buffer}
  | {readonly do: 'close'}
  | {readonly do: 'mark'}
  | {readonly do: 'step'; readonly maxBytes: number}
  | {readonly do: 'toggle'; readonly at: number}
  | {readonly do: 'refilter'; readonly kept: readonly boolean[]};

const chunk = fc.array(piece, {minLength: 1, maxLength: 10, size: 'max'}).map((parts) => Buffer.concat(parts));

export const logOperations: fc.Arbitrary<LogOperation> = fc.oneof(
  {weight: 6, arbitrary: chunk.map((bytes) => ({do: 'append' as const, chunk: bytes}))},
  {weight: 5, arbitrary: fc.integer({min: 1, max: 600}).map((maxBytes) => ({do: 'step' as const, maxBytes}))},
  {weight: 2, arbitrary: fc.constant({do: 'mark' as const})},
  {weight: 1, arbitrary: fc.constant({do: 'close' as const})},
  {weight: 2, arbitrary: fc.nat({max: 200}).map((at) => ({do: 'toggle' as const, at}))},
  {
    weight: 1,
    arbitrary: fc.array(fc.boolean(), {minLength: 4, maxLength: 4}).map((kept) => ({do: 'refilter' as const, kept})),
  },
);

/** Applies an operation to the buffer, if it changes a log. */
export function change(buffer: WritableLogBuffer, operation: LogOperation): void {
  if (operation.do === 'append') buffer.append(operation.chunk);
  else if (operation.do === 'close') buffer.closeLine();
  else if (operation.do === 'mark') buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
}
