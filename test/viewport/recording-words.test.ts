import {expect, test} from 'vitest';
import type {RecordingState} from '../../source/storage/recording-state.ts';
import {recordingWords} from '../../source/viewport/recording-words.ts';

const recording = (missedBytes: number): RecordingState => ({kind: 'recording', folder: '/r/p--1', missedBytes});
const stopped = (why: string, missedBytes = 0): RecordingState => ({kind: 'stopped', why, since: 0, missedBytes});

test('trouble is said once, and so is its end', () => {
  expect(recordingWords(undefined, {kind: 'opening'})).toBeUndefined();
  expect(recordingWords(undefined, recording(0))).toBeUndefined();
  expect(recordingWords(recording(0), stopped('the disk is full'))).toBe(
    'recording has stopped: the disk is full · trying again',
  );
  expect(recordingWords(stopped('the disk is full'), stopped('the disk is full', 9))).toBeUndefined();
  expect(recordingWords(stopped('the disk is full'), recording(0))).toBe('recording again · nothing was missed');
  expect(recordingWords(stopped('the disk is full'), recording(2048))).toBe(
    'recording again · 2.0 kB are missing in it',
  );
  const readOnly: RecordingState = {kind: 'read-only', folder: '/r/p--1', by: 7};
  expect(recordingWords(undefined, readOnly)).toBe('not recorded: process 7 is recording it in /r/p--1');
  expect(recordingWords(readOnly, readOnly)).toBeUndefined();
});
