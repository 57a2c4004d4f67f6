import {expect, test} from 'vitest';
import {readBodyStart} from '../../source/stitch/body-start.ts';
import {maxProtocolLine} from '../../source/stitch/protocol-lines.ts';

const runner = (level: string, text: string) =>
  `[manager] 2026-01-01T00:00:00.000001Z ${level} pipeline_manager::runner::pipeline_logs: ${text} pipeline-id="id-1" pipeline-name="N/A"`;
const notice = runner(
  ' WARN',
  '... 12 prior log lines were discarded due to buffer constraints and are thus not shown.',
);
const freshStart = runner(' INFO', 'Fresh start of pipeline logs');

/** With bytes as text. */
function read(head: string) {
  const start = readBodyStart(Buffer.from(head));
  return (
    start && {
      ...start,
      replay: Buffer.from(start.replay).toString(),
      freshStart: start.freshStart && Buffer.from(start.freshStart).toString(),
    }
  );
}

test('the notice is no part of the replay, and tells its index', () => {
  const start = {index: 12, freshStart: undefined, pipelineId: 'id-1', form: 'manager'};
  expect(read(`${notice}\na\nb`)).toEqual({...start, replay: 'a\nb'});
  expect(read(`${notice}\n`)).toEqual({...start, replay: ''});
});

test('a fresh start is entry 0', () => {
  const replay = `${freshStart}\na\n`;
  expect(read(replay)).toEqual({index: 0, replay, freshStart, pipelineId: 'id-1', form: 'manager'});
});

test('another line is an entry like any other', () => {
  const start = {index: 0, freshStart: undefined, pipelineId: undefined, form: 'manager'};
  expect(read('a\nb')).toEqual({...start, replay: 'a\nb'});
  expect(read('\n')).toEqual({...start, replay: '\n'});
});

test('before 0.207 no line names the pipeline, and an entry has no visible end', () => {
  const start = {pipelineId: undefined, form: 'control-plane'};
  const bare = '... 12 prior log lines were discarded due to buffer constraints and are thus not shown.';
  const dated = (text: string) => `[control-plane] 2026-01-01T00:00:00.000001Z ${text}`;
  expect(read(`${bare}\na\n`)).toEqual({...start, index: 12, freshStart: undefined, replay: 'a\n'});
  expect(read(`${dated(` WARN ${bare}`)}\na\n`)).toEqual({...start, index: 12, freshStart: undefined, replay: 'a\n'});
  const fresh = dated(' INFO Fresh start of pipeline logs');
  expect(read(`${fresh}\na\n`)).toEqual({...start, index: 0, freshStart: fresh, replay: `${fresh}\na\n`});
});

test('it waits for the whole line, unless that is too long to be the server’s own', () => {
  expect(read(notice)).toBeUndefined();
  expect(read('')).toBeUndefined();
  const long = 'x'.repeat(maxProtocolLine);
  expect(read(long)).toBeUndefined();
  expect(read(`${long}x`)).toMatchObject({index: 0, replay: `${long}x`});
});
