import {expect, it} from 'vitest';
import {panicError, panicLines, panicMessage} from '../../source/demo/panic-lines.ts';
import {recording} from './recording.ts';

const panic = {
  thread: 'dbsp-worker-0',
  process: 31_761,
  place: 'crates/realpipe/src/main.rs:64:21',
  message: 'customer of order 77 is PANIC',
  frame: 'realpipe::circuit::{{closure}}::{{closure}}',
};

it('panics in the lines of recording 35, both backtraces byte for byte', () => {
  const log = recording('35-worker-panic-logs.raw').body.toString();
  expect(log).toContain(`\n${panicLines(panic).join('\n')}\n`);
  expect(log.split(panicMessage(panic))).toHaveLength(3);
});

it('leaves the deployment error of recording 35b', () => {
  const {deployment_error} = JSON.parse(recording('35b-worker-panic-pipeline.raw').body.toString());
  expect(panicError(panic)).toEqual(deployment_error);
});
