import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Stitch} from '../../../source/engine/stitch/stitch.ts';
import {BufferSink} from './buffer-sink.ts';

/** The body of a recorded exchange, as far as it was recorded. */
function bodyOf(file: string): Buffer {
  const raw = readFileSync(`test/wire/${file}`);
  const body: Buffer[] = [];
  let at = raw.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const lineEnd = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.toString('latin1', at, lineEnd), 16);
    if (lineEnd === -1 || !(size > 0)) return Buffer.concat(body);
    body.push(raw.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function follow(...files: string[]) {
  const sink = new BufferSink();
  let hasEndMarker = false;
  const stitch = new Stitch({
    sink,
    clock: {wall: () => 0},
  });
  for (const file of files) {
    stitch.start({cause: 'unknown', downMs: 0});
    for (const byte of bodyOf(file)) stitch.append(Uint8Array.of(byte));
    ({hasEndMarker} = stitch.end());
  }
  const markers = sink.drainMarkers().map(({at: _at, ...marker}) => marker);
  return {log: sink.text(), markers, hasEndMarker};
}

test.each(['01-catchup-live-restart-delete-clean-end.raw', '03a-json-manager-lines.raw'])(
  '%s: the end marker ends it and is no line',
  (file) => {
    const body = bodyOf(file).toString();
    expect(body).toMatch(/\nLogs have ended\n$/);
    expect(follow(file)).toEqual({log: body.slice(0, -'Logs have ended\n'.length), markers: [], hasEndMarker: true});
  },
);

test.each([
  ['02-discard-notice-text-head.raw', 48237],
  ['03b-json-discard-notice-head.raw', 54537],
  ['10c-after-1100k-catchup.raw', 5],
])('%s: the notice becomes a marker', (file, entries) => {
  const body = bodyOf(file).toString();
  expect(follow(file)).toEqual({
    log: body.slice(body.indexOf('\n') + 1),
    markers: [{kind: 'discarded', entries}],
    hasEndMarker: false,
  });
});

test('05: a killed runner ends without the end marker, and comes back with another fresh start', () => {
  const before = '05a-runner-sigkill-api-alive-midstream.raw';
  const after = '05b-after-runner-restart.raw';
  expect(follow(before, after)).toEqual({
    log: `${bodyOf(before)}${bodyOf(after)}`,
    markers: [{kind: 'new-life', because: 'restarted', cause: 'unknown', downMs: 0}],
    hasEndMarker: false,
  });
});

test('05b, 05c: the same epoch again', () => {
  const again = follow('05b-after-runner-restart.raw', '05c-runner-sigterm-api-alive.raw');
  expect(again.log).toBe(bodyOf('05b-after-runner-restart.raw').toString());
  // Nothing came after what was old; the overlap is proved all the same.
  expect(again.markers).toMatchObject([{kind: 'reconnected'}]);
  expect(again.hasEndMarker).toBe(true);
});

test.each(['02-discard-notice-text-head.raw', '03b-json-discard-notice-head.raw', '27-logs-real-pipeline.raw'])(
  '%s, received twice: nothing is shown again',
  (file) => {
    const {log, markers} = follow(file, file);
    expect(log).toBe(follow(file).log);
    // What proves it comes after the last line, which the recordings of a notice cut.
    expect(markers.filter(({kind}) => kind !== 'discarded' && kind !== 'reconnected')).toEqual([]);
  },
);
