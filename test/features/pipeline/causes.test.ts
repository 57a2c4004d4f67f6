import {it} from 'vitest';
import {connectorErrors} from '../../../demo/connector-errors.ts';
import {processLog} from '../../../demo/process-log.ts';
import type {DemoServer} from '../../../demo/server.ts';
import {pageShown} from '../../../source/kit/pages/page-driver.ts';
import {goToTab} from '../../../source/kit/screen/common.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const message = {
  ...{start_line_number: 1, start_column: 8, end_line_number: 1, end_column: 12, warning: false, snippet: ''},
  ...{error_type: 'Compilation error', message: "Column 'amout' not found"},
};
const lostName = 'error[E0425]: cannot find value `prize` in this scope';

type Pipeline = ReturnType<DemoServer['addPipeline']>;

const faults: readonly (readonly [fault: string, make: (pipeline: Pipeline) => void, cause: RegExp])[] = [
  [
    'SQL that does not compile',
    (pipeline) => pipeline.setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [message]}}),
    /^SQL error · .*Column 'amout' not found/,
  ],
  [
    'Rust that does not compile',
    (pipeline) =>
      pipeline.setProgram('RustError', {
        rust_compilation: {exit_code: 1, stdout: '', stderr: `${lostName}\n --> a.rs`},
      }),
    /^Rust error · error\[E0425\]: cannot find value `prize`/,
  ],
  [
    'Rust whose types differ',
    (pipeline) => {
      const marks = '11 |     lookup(lat)\n   |     ^^^^^^^^^^^ expected `Result<A>`, found `A`';
      const stderr = `   Compiling x v0.1.0\nerror[E0308]: mismatched types\n  --> crates/x/src/udf.rs:12:5\n   |\n${marks}\n\nerror: x`;
      pipeline.setProgram('RustError', {rust_compilation: {exit_code: 101, stdout: '', stderr}});
    },
    /^Rust error · error\[E0308\]: mismatched types: expected/,
  ],
  [
    'a start that failed',
    (pipeline) => {
      pipeline.start();
      const reason = 'orders.kafka: no broker is left';
      pipeline.crash({message: reason, error_code: 'InitializationError', details: {error: reason}});
    },
    /^Start failed · orders\.kafka: no broker is left/,
  ],
  [
    'an input that stopped for good',
    (pipeline) => {
      pipeline.start([{kind: 'input', name: 'orders.kafka', hasHealth: true}]);
      const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
      report({endpoint: 'orders.kafka', kind: 'transport', fatal: true, error: 'no broker is left'});
      pipeline.run.step();
    },
    /^orders\.kafka stopped with a fatal error: no broker is left/,
  ],
  [
    'a kill',
    (pipeline) => {
      pipeline.start();
      pipeline.fail('Pipeline process was killed by signal 9');
    },
    /^Failed · Pipeline process was killed by signal 9/,
  ],
  [
    'a panic of which only the log has the words',
    (pipeline) => {
      pipeline.start();
      for (const line of ["thread 'main' (7) panicked at a.rs:1:2:", 'attempt to divide by zero'])
        pipeline.print('stderr', line);
      pipeline.fail('exit status: 101');
    },
    /^Failed · exit status: 101 · panic: attempt to divide by zero/,
  ],
];

it.each(faults)('of %s the cause is at the top of the page of 80×24, one key from the list', async (_, make, cause) => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    size: {columns: 80, rows: 24},
    scenario: (server) => make(server.addPipeline('orders')),
  });
  goToTab(screen.controller, 'orders');
  screen.press('d');
  const top = () =>
    pageShown(screen.controller)
      .rows.slice(2, 5)
      .map(({text}) => text.replace(/^ ▸?/, '').trim());
  await screen.until(() => top().some((text) => cause.test(text)), 'the cause');
});
