import {expect, test} from 'vitest';
import {markerText} from '../../source/kit/words/marker-words.ts';
import {readNote} from './transcript.ts';

const at = Date.UTC(2026, 10, 27, 9, 17, 30);

test('the words of a log that ended are no loss, whatever may have ended it', () => {
  for (const because of ['deleted', 'restarted', 'created-again', 'stopped', 'unknown'] as const) {
    const {kind} = readNote(markerText({kind: 'ended', because, at}));
    expect([because, kind]).toEqual([because, because === 'created-again' ? 'new-life' : 'other']);
  }
});

test('a loss in other words is not overlooked', () => {
  expect(() => readNote('7 entries were dropped')).toThrow('a loss of an unknown kind');
});
