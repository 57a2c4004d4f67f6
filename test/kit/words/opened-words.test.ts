import {expect, test} from 'vitest';
import type {FileState} from '../../../source/engine/logs/log-snapshot.ts';
import {fileWords, openedState} from '../../../source/kit/words/opened-words.ts';

const now = Date.UTC(2026, 10, 25, 9, 17, 30);
const shown = {now, offsetAt: () => 0};
const followed = (rest: Partial<FileState> = {}): FileState => ({kind: 'followed', size: 10, read: 10, ...rest});

test('a file is growing only while it grows, then it is said when it grew', () => {
  const words = (grewAt: number | undefined) => fileWords(followed({grewAt}), shown).text;
  expect(words(undefined)).toBe('end of file');
  expect(words(now - 1000)).toBe('growing');
  expect(words(now - 60_000)).toBe('grew 09:16');
  expect(words(now - 86_400_000)).toBe('grew 11-24 09:17');
  expect(fileWords(followed({grewAt: now - 60_000}), {now, offsetAt: () => 120}).text).toBe('grew 11:16');
  // For those who hear it, and would hear each new time.
  expect(fileWords(followed({grewAt: now - 60_000})).text).toBe('growing');
});

test('how much is read is said in percent of what is on the disk', () => {
  expect(fileWords({kind: 'reading', size: 0, read: 0}).text).toBe('reading');
  expect(fileWords({kind: 'reading', size: 1000, read: 459}).text).toBe('reading 45%');
});

test('the words are worked out again until they say when the file grew', () => {
  expect(fileWords(followed(), shown).countdown).toBe(false);
  expect(fileWords(followed({grewAt: now}), shown).countdown).toBe(true);
  expect(fileWords(followed({grewAt: now - 60_000}), shown).countdown).toBe(false);
});

test('a pipe from which nothing has come is waited for', () => {
  expect(fileWords(followed({hasWriter: true}), shown).text).toBe('waiting');
});

test('in the list, what is known to be written has the colour of what runs', () => {
  expect(openedState(followed())).toEqual({symbol: 'running', word: '10 B', style: {dim: true}});
  expect(openedState(followed({grewAt: now - 60_000}))).toMatchObject({style: {fg: 2}});
  expect(openedState(followed({hasWriter: true}))).toMatchObject({style: {fg: 2}});
});
