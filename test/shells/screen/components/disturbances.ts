import fc from 'fast-check';
import {connectorErrors, parseError} from '../../../../demo/connector-errors.ts';
import {panicLines} from '../../../../demo/log-lines.ts';
import type {DemoPipeline} from '../../../../demo/pipeline.ts';
import {processLog} from '../../../../demo/process-log.ts';
import type {DemoServer} from '../../../../demo/server.ts';

/** Something that happens to the server, or that it does, in a form that a failure shows. */
export type Disturbance = {readonly does: keyof typeof effects; readonly at: number; readonly text: string};

type Effect = (server: DemoServer, pipeline: DemoPipeline, text: string) => void | Promise<void>;

const connector = 'orders.kafka';

const effects = {
  cut: (server) => server.cutConnections(),
  reset: (server, {name}) => server.cutConnections({name, reset: true}),
  'cut the next': (server) => server.cutNextConnections({afterBytes: 100, times: 3}),
  freeze: (server) => server.freeze(),
  thaw: (server) => server.thaw(),
  'kill the runner': (server) => server.killRunner(),
  'start the runner': (server) => server.startRunner(),
  'stop the API': (server) => server.stopApi(),
  'start the API': async (server) => {
    await server.stopApi();
    await server.startApi();
  },
  'refuse the list': (server) => server.refuse({kind: 'unreachable', of: 'list', times: 2}),
  'refuse all': (server) => server.refuse({kind: 'forbidden', of: 'all', times: 3}),
  'break requests': (server) => server.refuse({kind: 'reset', of: 'all', times: 3}),
  'accept again': (server) => server.acceptAgain(),
  add: (server, _, text) => {
    const name = `p${text.length % 7}`;
    if (server.pipelines.every((each) => each.name !== name)) server.addPipeline(name).start();
  },
  delete: (server, {name}) => server.deletePipeline(name),
  recreate: (server, {name}) => void server.recreatePipeline(name),
  rename: (server, {name}, text) => {
    const to = `${'n'.repeat((text.length * 7) % 100)}${text.length}`;
    if (server.pipelines.every((each) => each.name !== to)) server.renamePipeline(name, to);
  },
  start: (_, pipeline) => pipeline.start(),
  stop: (_, pipeline) => pipeline.stop(),
  fail: (_, pipeline, text) => pipeline.fail(text),
  'fail to compile': (_, pipeline) => pipeline.setProgram('SqlError'),
  say: (_, pipeline, text) => void pipeline.write(text),
  'say much': (_, pipeline, text) => {
    for (let line = 0; line < 300; line++) pipeline.write(`[p] ${pipeline.stamp()} WARN a::b:  ${text} ${line}`);
  },
  'report an error': (_, pipeline, text) => void pipeline.write(`[p] ${pipeline.stamp()} ERROR a::b:  ${text}`),
  'report an error of a connector': (_, pipeline, text) => {
    pipeline.start([{kind: 'input', name: connector}]);
    connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}))(parseError(connector, 1, 'missing', text));
  },
  panic: (_, pipeline, text) => {
    const lines = panicLines({thread: 'dbsp-worker-0', process: 25_963, place: 'runtime.rs:612:15', message: text});
    for (const line of lines) pipeline.write(line);
  },
} satisfies Readonly<Record<string, Effect>>;

/** What is hard to show, search and lay out. */
export const hostileText = fc.oneof(
  fc.string({unit: 'binary', maxLength: 60}),
  fc.string({unit: 'grapheme', maxLength: 60}),
  fc.constantFrom(
    ...[
      '',
      '日本語'.repeat(40),
      '(a+)+$',
      '[',
      '\\',
      '!',
      'level:',
      'target:x',
      '-5m',
      '50%',
      '../../x',
      'a'.repeat(300),
    ],
    ...[
      '👩‍👩‍👧‍👦'.repeat(20),
      'e\u0301'.repeat(50),
      '\u001B[31mred',
      '\u202Eright to left',
      '\u0000\u0007\u009B2J',
      '{"a":[',
    ],
  ),
);

export const anyDisturbance: fc.Arbitrary<Disturbance> = fc.record({
  does: fc.constantFrom(...(Object.keys(effects) as (keyof typeof effects)[])),
  at: fc.nat({max: 9}),
  text: hostileText,
});

export async function disturb(server: DemoServer, {does, at, text}: Disturbance): Promise<void> {
  const {pipelines} = server;
  const pipeline = pipelines[at % Math.max(1, pipelines.length)] ?? server.addPipeline('the last');
  await effects[does](server, pipeline, text);
}
