import {describe, expect, it, test} from 'vitest';
import type {LossCause, MarkerKind} from '../../../source/engine/buffer/markers.ts';
import type {RecordingState} from '../../../source/engine/recording/recorder.ts';
import {
  causeWords,
  endedRecordingWords,
  markerText,
  markerTone,
  recordedWords,
  recordingWords,
  unrecordedWords,
} from '../../../source/kit/words/marker-words.ts';
import {hostile} from '../../harness/hostile-answers.ts';
import {unprintableIn} from '../../harness/strict-output.ts';

const at = Date.UTC(2026, 10, 25, 9, 17, 30);
const text = (marker: MarkerKind) => markerText({...marker, at});

/** One of every kind, and of every form of it. */
const all: readonly (readonly [MarkerKind, string])[] = [
  [{kind: 'discarded', entries: 48_237}, '48,237 earlier entries no longer held by the server'],
  [{kind: 'discarded', entries: 1}, '1 earlier entry no longer held by the server'],
  [
    {kind: 'reconnected', cause: 'server-lost', downMs: 4000, times: 1, since: at},
    'connection lost · reconnected after 4 s · 0 entries lost',
  ],
  [
    {kind: 'reconnected', cause: 'asked', downMs: 100, times: 1, since: at},
    'reconnected on request after less than 1 s · 0 entries lost',
  ],
  [
    {kind: 'reconnected', cause: 'slept', downMs: 0, times: 1, since: at},
    'pipetail was stopped or this machine slept · 0 entries lost',
  ],
  [
    {kind: 'reconnected', cause: 'silent', downMs: 9000, times: 1200, since: at - 3_600_000},
    'reconnected 1,200 times since 08:17:30 · 0 entries lost',
  ],
  [
    {kind: 'lost', atLeast: 120, atMost: 120, from: at - 60_000, to: at},
    '120 entries lost between 09:16:30 and 09:17:30 (buffer overflow, or the log was cleared)',
  ],
  [
    {kind: 'lost', atLeast: 1, atMost: 1, from: at, to: at},
    '1 entry lost between 09:17:30 and 09:17:30 (buffer overflow, or the log was cleared)',
  ],
  [
    {kind: 'lost', atLeast: 0, atMost: 1200, from: at - 60_000, to: at},
    '0 to 1,200 entries lost between 09:16:30 and 09:17:30 (buffer overflow, or the log was cleared)',
  ],
  [
    {kind: 'lost', atLeast: 0, atMost: 0, from: at - 60_000, to: at},
    "0 entries lost between 09:16:30 and 09:17:30, unless the server's log was cleared",
  ],
  [{kind: 'file', turn: 'truncated'}, '09:17:30 the file was truncated · lines may be missing'],
  [{kind: 'file', turn: 'rotated'}, '09:17:30 the file was rotated · lines between the two files may be missing'],
  [{kind: 'file', turn: 'removed'}, '09:17:30 the file was removed'],
  [{kind: 'new-life', because: 'restarted'}, "runner restarted · server's log cleared · lines may be missing"],
  [{kind: 'new-life', because: 'created-again'}, 'created again · a new pipeline of the same name'],
  [
    {kind: 'new-life', because: 'restarted', cause: 'server-lost', downMs: 130_000},
    "server unreachable 2 min · runner restarted · server's log cleared · lines may be missing",
  ],
  [
    {kind: 'new-life', because: 'restarted', cause: 'silent', downMs: 9000},
    "network silent 9 s · runner restarted · server's log cleared · lines may be missing",
  ],
  [
    {kind: 'new-life', because: 'restarted', cause: 'runner-lost', downMs: 4000},
    "runner restarted after 4 s · server's log cleared · lines may be missing",
  ],
  [
    {kind: 'new-life', because: 'cleared', cause: 'not-running', downMs: 3 * 3_600_000},
    "pipetail was not running for 3 h · server's log was cleared · lines may be missing",
  ],
  [
    {kind: 'new-life', because: 'restarted', cause: 'slept', downMs: 2000},
    "runner restarted · server's log cleared · lines may be missing",
  ],
  [
    {kind: 'new-life', because: 'created-again', folder: 'p--1'},
    'created again · a new pipeline of the same name (p--1)',
  ],
  [{kind: 'new-life', because: 'cleared'}, "server's log was cleared · lines may be missing"],
  [{kind: 'possible-repeat', lines: 3}, 'the next 3 lines may repeat lines above'],
  [{kind: 'line-cut'}, 'the line above was cut; its rest is lost'],
  [{kind: 'unreadable', bytes: 2048, because: 'deleted-to-make-room'}, '2.0 kB before this were deleted'],
  [{kind: 'unreadable', bytes: 9, because: 'deleted-or-damaged'}, '9 B could not be read: deleted, or damaged'],
  [
    {kind: 'unreadable', bytes: 0, because: 'damaged-marker'},
    'what happened here could not be read: the recording is damaged',
  ],
  [{kind: 'unreadable', bytes: undefined, because: 'deleted-to-make-room'}, 'a recording was deleted'],
  [{kind: 'unreadable', bytes: undefined, because: 'not-read', why: 'x.log is gone'}, 'x.log is gone'],
  [
    {kind: 'unreadable', bytes: 0, because: 'cut-short', file: 'x.log.gz'},
    'x.log.gz ends here, too early: it was cut, or is still being written',
  ],
  [
    {kind: 'unreadable', bytes: 2048, because: 'rest-damaged', file: 'x.log.gz'},
    'x.log.gz is damaged: lines of it may be wrong, and about 2.0 kB of it could not be unpacked',
  ],
  [{kind: 'not-merged', lines: 1200}, '1,200 older lines not merged · its own tab may have them'],
  [
    {kind: 'unread', stream: 'stderr', why: 'stream did not contain valid UTF-8'},
    '09:17:30 Feldera stopped reading stderr until the next start: stream did not contain valid UTF-8',
  ],
  [{kind: 'ended', because: 'deleted'}, '09:17:30 deleted'],
  [{kind: 'ended', because: 'restarted'}, '09:17:30 the runner restarted'],
  [{kind: 'ended', because: 'created-again'}, '09:17:30 deleted and created again'],
  [
    {kind: 'ended', because: 'stopped'},
    '09:17:30 the log ended: the runner stopped, or the server dropped pipetail for reading too slowly',
  ],
  [{kind: 'ended', because: 'unknown'}, '09:17:30 the log ended'],
  [{kind: 'state', from: 'Running', to: 'Stopped'}, '09:17:30 Running → Stopped'],
  [{kind: 'state', from: 'Running', to: 'Running'}, '09:17:30 Running again'],
  [
    {kind: 'state', from: 'Stopped', to: 'Stopped', error: 'no nodes left', startFailed: true},
    '09:17:30 Start failed · no nodes left',
  ],
  [{kind: 'program', from: 'CompilingSql', to: 'SqlError'}, '09:17:30 program: Compiling SQL → SQL error'],
  [{kind: 'program', from: 'Success', to: 'Success'}, '09:17:30 program: Success again'],
  [{kind: 'state', from: 'Running', to: 'Stopping', error: 'exit status: 101'}, '09:17:30 Failed · exit status: 101'],
];

test.each(all)('%j', (marker, words) => {
  expect(text(marker)).toBe(words);
});

test('every marker is one line', () => {
  for (const [marker] of all) expect(text(marker)).not.toMatch(/\p{Cc}/u);
});

test('every cause has words of its own', () => {
  const causes = Object.keys(causeWords) as LossCause[];
  const texts = causes.map((cause) => text({kind: 'reconnected', cause, downMs: 0, times: 1, since: at}));
  expect(new Set(texts).size).toBe(causes.length);
});

describe('the tone', () => {
  const tone = (marker: MarkerKind) => markerTone({...marker, at});

  it('of a loss is loud', () => {
    expect(tone({kind: 'lost', atLeast: 1, atMost: 1, from: at, to: at})).toBe('loss');
    expect(tone({kind: 'line-cut'})).toBe('loss');
    expect(tone({kind: 'not-merged', lines: 1})).toBe('loss');
    expect(tone({kind: 'unread', stream: 'stdout', why: ''})).toBe('loss');
  });

  it('of a reconnect without loss is quiet', () => {
    expect(tone({kind: 'reconnected', cause: 'asked', downMs: 0, times: 1, since: at})).toBe('quiet');
  });

  it('of a change that matters is between', () => {
    expect(tone({kind: 'state', from: 'Running', to: 'Stopped'})).toBe('notice');
    expect(tone({kind: 'program', from: 'Pending', to: 'SqlError'})).toBe('notice');
    expect(tone({kind: 'ended', because: 'deleted'})).toBe('notice');
  });
});

const recording = (missedBytes: number, bytes = 0): RecordingState => {
  return {kind: 'recording', folder: '/r/p--1', fromId: 7, bytes, missedBytes};
};
const stopped = (why: string): RecordingState => ({kind: 'stopped', why});

test('what a recording says of the server cannot act on a terminal', () => {
  const texts = [
    text({kind: 'state', from: hostile, to: hostile, error: hostile}),
    text({kind: 'program', from: hostile, to: hostile}),
  ];
  expect(texts.flatMap(unprintableIn)).toEqual([]);
});

test('a recording that stops is reported once, and so is its end', () => {
  expect(recordingWords(undefined, {kind: 'opening'})).toBeUndefined();
  expect(recordingWords(undefined, recording(0))).toBeUndefined();
  expect(recordingWords(recording(0), stopped('the disk is full'))).toBe(
    'recording has stopped: the disk is full · trying again',
  );
  expect(recordingWords(stopped('the disk is full'), stopped('the disk is full'))).toBeUndefined();
  expect(recordingWords(stopped('the disk is full'), recording(0))).toBe('recording again · nothing was missed');
  expect(recordingWords(stopped('the disk is full'), recording(2048))).toBe(
    'recording again · 2.0 kB are missing from it',
  );
  const aside = {...recording(0), aside: '/r/p--1/without-facts-5'};
  const anew =
    'recording anew: the facts of what was recorded could not be read; it was moved to /r/p--1/without-facts-5';
  expect(recordingWords(undefined, aside)).toBe(anew);
  expect(recordingWords(stopped('the disk is full'), aside)).toBe(anew);
  expect(recordingWords(aside, aside)).toBeUndefined();
  const readOnly: RecordingState = {kind: 'read-only', folder: '/r/p--1', by: 7};
  expect(recordingWords(undefined, readOnly)).toBe('not recorded: process 7 is recording it in /r/p--1');
  expect(recordingWords(readOnly, readOnly)).toBeUndefined();
});

describe('a recording', () => {
  const names = {
    timeNear: (id: number) => `12:00:0${id}`,
    zone: ' UTC',
    path: (folder: string) => folder.replace('/r', '~'),
  };
  const timeless = {...names, timeNear: () => undefined};

  it('is named with its beginning and its place, or why there is none', () => {
    expect(recordedWords(recording(0), names)).toBe('recording since 12:00:07 UTC to ~/p--1');
    expect(recordedWords(recording(0), timeless)).toBe('recording from now on to ~/p--1');
    expect(recordedWords(recording(2048), names)).toMatch(/ · 2\.0 kB are missing from it$/);
    expect(recordedWords(stopped('the disk is full'), names)).toBe(
      'recording has stopped: the disk is full · trying again',
    );
    expect(recordedWords({kind: 'opening'}, names)).toBe('the recording is being opened');
  });

  it('that has ended is named with its size, its span and its place', () => {
    expect(endedRecordingWords(recording(0, 1_234_567), 9, names)).toBe(
      '1.2 MB from 12:00:07 to 12:00:08 UTC in ~/p--1',
    );
    expect(endedRecordingWords(recording(0, 1_234_567), 9, timeless)).toBe('1.2 MB in ~/p--1');
    expect(endedRecordingWords(recording(0), 9, names)).toBe('nothing was written');
    expect(endedRecordingWords({kind: 'opening'}, 9, names)).toBeUndefined();
    expect(endedRecordingWords(stopped('the disk is full'), 9, names)).toBe(
      'not all of it is recorded: the disk is full',
    );
  });

  it('lacks what is told at the end of the log', () => {
    expect(unrecordedWords(recording(0))).toBeUndefined();
    expect(unrecordedWords(recording(2048))).toBe('2.0 kB are missing from its recording');
    expect(unrecordedWords({kind: 'opening'})).toBe('it is not recorded: its recording was not open before the end');
    expect(unrecordedWords({kind: 'read-only', folder: '/r/p--1', by: 7})).toBeUndefined();
  });
});
