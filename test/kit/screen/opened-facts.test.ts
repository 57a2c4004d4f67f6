import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import {stripVTControlCharacters} from 'node:util';
import {gzipSync} from 'node:zlib';
import {expect, test, vi} from 'vitest';
import {findOpened} from '../../../source/engine/logs/bundle-log.ts';
import {FilePart} from '../../../source/engine/opened/file-part.ts';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {findRecordings} from '../../../source/engine/recording/read-recording.ts';
import {notRecognised} from '../../../source/engine/records/log-format.ts';
import {helpOf, helpPage} from '../../../source/features/help/help-feature.ts';
import {timelinePart} from '../../../source/features/timeline/timeline-feature.ts';
import {keptBy, openAs} from '../../../source/kit/pages/page.ts';
import {openedState} from '../../../source/kit/words/opened-words.ts';
import {openedTitle} from '../../../source/shells/screen/components/header.tsx';
import {sessionOf} from '../../../source/shells/screen/session/session-state.ts';
import {writeRecording} from '../../engine/recording/recording-files.ts';
import {runner} from '../../engine/records/index-lines.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {AppUnderTest} from '../../shells/screen/components/app-under-test.tsx';
import {rowsOfPage, sectionTexts} from '../pages/all-rows.ts';
import {currentLine, typed, workedOut} from './reading.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

const formats = path.join(import.meta.dirname, '../../engine/disk/formats/recordings');
const wire = path.join(import.meta.dirname, '../../wire');

/** A folder with a file for each name, of these lines. */
async function folderOf(files: Readonly<Record<string, string>>) {
  const folder = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder.path, name), text);
  return folder;
}

const line = (second: number, text: string, level = ' INFO') =>
  `[standin] 2026-11-25T09:17:${String(second).padStart(2, '0')}.000000Z ${level} standin: ${text}\n`;

/** A screen of these logs without a server, once all that is in them is read. */
async function screenOf(opened: readonly FoundLog[], names = opened.map(({name}) => name)) {
  const screen = await ScreenUnderTest.open({opened, names});
  screen.connect();
  await screen.until(
    () => names.every((name) => screen.logs.get(name)?.snapshot.get().file?.kind !== 'reading'),
    'all of them',
  );
  return screen;
}

const rowsOf = ({controller}: ScreenUnderTest) => {
  const rows = rowsOfPage(controller);
  return Array.from({length: rows.length}, (_, index) => rows.at(index)?.text ?? '');
};

const noticeAfter = (screen: ScreenUnderTest, ...keys: readonly string[]) => {
  screen.press(...keys);
  return screen.controller.state.notice;
};

const timelineOf = ({state}: ScreenUnderTest['controller']) => keptBy(state.page, timelinePart)?.state.get();

/** Those of these commands that the help has, once it is open. */
function inHelp({controller}: ScreenUnderTest, ...ids: readonly string[]) {
  const page = openAs(controller.state.page, helpPage);
  const has = page ? helpOf(controller, page).items.map(({command}) => command.id) : [];
  return ids.filter((id) => has.some((each) => each === id));
}

const ofConnections = ['reconnect', 'alert-once', 'record'];

test('what was opened is the list, and asks nothing of a server', async () => {
  await using folder = await folderOf({'a.log': line(30, 'one'), 'b.log': line(31, 'two', 'ERROR')});
  await using screen = await screenOf(await findLogs(folder.path));
  const {controller, server} = screen;
  expect(controller.listed.map(({name}) => name)).toEqual(['a.log', 'b.log']);
  expect(screen.tabs).toEqual(['a.log', 'b.log']);
  expect(openedTitle(controller)).toBe('2 logs');
  // Errors of a tab that was not shown yet are unseen, as those of a pipeline.
  expect(controller.events.unseenErrors(['b.log'])).toBe(1);
  const why = 'no connection: this log is read from a file';
  expect(noticeAfter(screen, 'r')).toBe(why);
  expect(noticeAfter(screen, '!')).toBe(why);
  expect(noticeAfter(screen, 'C')).toBe('no connection: these logs are files');
  expect(noticeAfter(screen, 'W')).toBe('this log is a file already: press S to save what is shown');
  for (const keys of [['O'], ['Tab', 'O']])
    expect(noticeAfter(screen, ...keys)).toBe('this log is open already: it is a file');
  for (const key of ['d', 'Esc', 'H', 'Esc', 'i', 'Esc', 'A', 'Esc', 'D', 'Esc']) screen.press(key);
  expect(server.requests).toEqual([]);
  // The help has no command that would only tell why it does nothing.
  screen.press('?');
  const ofServers = ['contexts', 'contexts-go', 'open-recording'];
  expect(inHelp(screen, 'pipeline-page', ...ofServers, ...ofConnections)).toEqual(['pipeline-page']);
  screen.press('Esc');
  // Nothing is lost: the files can be opened again.
  screen.press('q');
  expect(screen.quits).toBe(1);
});

test('the list finds logs by name, and two are one log by time', async () => {
  await using folder = await folderOf({'a.log': line(32, 'late'), 'b.log': line(31, 'early'), 'c.log': ''});
  await using screen = await screenOf(await findLogs(folder.path), ['a.log', 'b.log']);
  const {controller} = screen;
  screen.press('Tab', '/', 'c', 'Enter');
  expect(controller.listed.map(({name}) => name)).toEqual(['c.log']);
  await screen.until(() => screen.tabs.includes('c.log?'), 'its preview');
  screen.press('Esc', 'Enter');
  expect(screen.tabs).toEqual(['a.log', 'b.log', 'c.log']);
  screen.press('X', '+');
  const text = () => {
    const buffer = controller.pane?.model.source.buffer;
    return [0, 1].map((id) =>
      Buffer.from(buffer?.lineAt(id) ?? [])
        .toString()
        .slice(-5),
    );
  };
  await screen.until(() => text().join('') === 'early late', 'both');
  expect(noticeAfter(screen, 'W')).toBe('these logs are files already: press S to save what is shown');
});

test('in a merged log, what is missing of one is said where the reader is, until it begins', async () => {
  await using folder = await folderOf({'b.log': Array.from({length: 60}, (_, at) => line(at, `b${at}`)).join('')});
  const at = Date.parse('2026-11-25T09:17:50Z');
  const pieces = [{kind: 'discarded', entries: 21_238} as const, line(50, 'first of p')];
  writeRecording(folder.path, {id: 'id-1', at, pieces});
  const opened = await findLogs(folder.path);
  await using app = await AppUnderTest.open({opened, names: opened.map(({name}) => name)});
  await app.shows('first of p');
  await app.press('+');
  await app.shows('b59');
  expect(app.text).not.toContain('nothing until');
  await app.press('g');
  await app.shows('p: nothing until 11-25 09:17 · 21,238 earlier entries no longer held');
  await app.press('PageDown');
  await app.shows('b30');
  expect(app.text).toContain('p: nothing until 11-25 09:17');
  await app.press('G');
  await app.hides('PAUSED');
  expect(app.text).not.toContain('nothing until');
});

test('q quits at once while nothing has come through stdin', async () => {
  await using screen = await screenOf(await findLogs('-'), ['stdin']);
  screen.press('q');
  expect(screen.quits).toBe(1);
});

test('a log that has ended is neither followed nor paused, and has no connector errors to come', async () => {
  const pieces = new PassThrough();
  await using app = await AppUnderTest.open({opened: await findLogs('-'), names: ['stdin'], stdin: pieces});
  const lines = Array.from({length: 200}, (_, at) => line(30, `line ${at}`).replace('11-25', '11-20'));
  pieces.write(lines.join(''));
  await app.shows('line 199');
  await app.shows(' p pause');
  pieces.end();
  await app.shows('2026-11-20  at the end');
  expect(app.text).not.toMatch(/ p pause| F follow/);
  await app.press('g');
  await app.shows(/ 2026-11-20 {2}\d+% *\n/);
  expect(app.text).not.toMatch(/PAUSED|paused| p resume| F follow/);
  expect(app.text).toContain(' G bottom');
  await app.press('H');
  await app.shows('no run, state or error is known');
  await app.press('Esc', 'q');
  await app.shows('what came through stdin is not saved: press q again to quit, any other key to stay');
});

test('an opened recording tells of its losses, of stdout and of its end, as the live log did', async () => {
  await using folder = await temporaryDirectory();
  const began = [
    runner('Resources transition: stopped -> provisioning (desired: provisioned)'),
    runner('Runtime transition: initializing -> running (desired: running)'),
  ];
  const dead = runner('stdout encountered I/O error: stream did not contain valid UTF-8', 'ERROR');
  const at = Date.parse('2026-11-25T09:17:40Z');
  const gap = {kind: 'lost', atLeast: 120, atMost: 120, from: at, to: at} as const;
  const pieces = [`${[...began, dead].join('\n')}\n`, gap, line(45, 'late')];
  writeRecording(folder.path, {id: '01a211f6-f55d-79e0-b45a-f8d056b00774', at, pieces});
  await using app = await AppUnderTest.open({opened: await findLogs(folder.path), names: ['p']});
  await app.shows('late');
  await app.shows(/ended . stdout lost/);
  expect(app.text).toMatch(/run 1 of 1 . was running . from 2026-11-25 09:08:47, end not in the log/);
  const {screen} = app;
  screen.press('A');
  const errors = rowsOf(screen).join('\n');
  expect(errors).toContain('120 entries lost between 09:17:40 and 09:17:40');
  expect(errors).toContain('stdout lost: stream did not contain valid UTF-8');
  screen.press('A', 'd');
  await screen.until(() => rowsOf(screen).some((row) => row.includes('lost')), 'the description');
  const facts = rowsOf(screen).join('\n');
  expect(facts).toMatch(/runs +1, the last one was running, end not in the log/);
  expect(facts).toContain('The log has a gap: 120 entries lost between 09:17:40 and 09:17:40');
  expect(facts).toMatch(/stdout is lost until the next start: stream did not contain valid UTF-8\s+log · since/);
  screen.press('d', 'H');
  await screen.until(() => rowsOf(screen).some((row) => row.includes('run 1 of 1')), 'the timeline');
  expect(rowsOf(screen).join('\n')).toContain('run 1 of 1: end not in the log');
});

test('of a start that failed, the description says so', async () => {
  const lines = [
    runner('Resources transition: stopped -> provisioning (desired: provisioned)'),
    runner('Resources error: no nodes left', 'ERROR'),
    runner('Resources transition: provisioning -> stopping (desired: provisioned)'),
    runner('Resources transition: stopping -> stopped (desired: stopped)'),
  ];
  await using folder = await folderOf({'a.log': `${lines.join('\n')}\n`});
  await using screen = await screenOf(await findLogs(folder.path));
  await workedOut(screen);
  screen.press('d');
  await screen.until(() => rowsOf(screen).some((row) => row.includes('the last one')), 'the description');
  expect(rowsOf(screen).join('\n')).toMatch(/runs +1, the last one failed to start\n/);
});

test('T takes times as of the last record of a file, not of today', async () => {
  const at = (time: string, text: string) => line(30, text).replace('2026-11-25T09:17:30', `2026-11-20T${time}`);
  const text =
    at('23:58:00', 'one') +
    at('00:10:00', 'two').replace('-20T', '-21T') +
    at('00:17:40', 'three').replace('-20T', '-21T');
  await using folder = await folderOf({'a.log': text});
  await using screen = await screenOf(await findLogs(folder.path));
  const {controller} = screen;
  controller.dispatch({type: 'focus', side: 'log'});
  await screen.until(() => screen.controller.pane !== undefined, 'the pane');
  await workedOut(screen);
  const goTo = async (time: string) => {
    screen.press('G');
    await typed(screen, 'T', time);
    return currentLine(screen);
  };
  expect(await goTo('00:09')).toContain('two');
  expect(await goTo('23:50')).toContain('one');
  expect(await goTo('-10m')).toContain('two');
  // Nearer to the end than to the beginning, and the other way round.
  expect(await goTo('00:30')).toContain('three');
  expect(controller.state.notice).toBe('nothing at or after 2026-11-21 00:30:00 UTC: this is the end');
  expect(await goTo('23:30')).toContain('one');
});

test('a log whose format is not recognised says so, and refuses what needs times and levels', async () => {
  await using folder = await folderOf({'access.log': '10.0.0.1 "GET /" 500 ERROR\n10.0.0.2 "GET /" 200\n'});
  await using screen = await screenOf(await findLogs(folder.path));
  const {controller} = screen;
  await screen.until(() => controller.state.notice === notRecognised, 'the words');
  for (const key of ['e', 'E', 'L', 'T']) expect(noticeAfter(screen, key)).toBe(notRecognised);
  expect(controller.state.prompt).toBeUndefined();
  for (const filter of ['level:error', '!target:kafka']) {
    await typed(screen, '&', filter);
    expect(controller.state.prompt?.problem).toBe(notRecognised);
    screen.press('Esc');
  }
  expect(controller.tab?.pane.filters).toEqual([]);
  await typed(screen, '&', '500');
  await workedOut(screen);
  expect(controller.paneOnScreen?.model.entries.countFrom(0)).toBe(1);
  screen.press('i');
  expect(rowsOf(screen).join('\n')).toContain(`not known: ${notRecognised}`);
});

test('a filter by level with which such a log is opened is off', async () => {
  await using folder = await folderOf({'access.log': '10.0.0.1 "GET /" 500 ERROR\n'});
  const opened = await findLogs(folder.path);
  await using screen = await ScreenUnderTest.open({opened, names: ['access.log'], viewOptions: {level: 'ERROR'}});
  screen.connect();
  await screen.until(() => screen.controller.state.notice === notRecognised, 'the words');
  expect(screen.controller.tab?.pane.filters).toMatchObject([{filter: {least: 'ERROR'}, on: false}]);
});

test('a log without times has no histogram, and says so', async () => {
  await using folder = await folderOf({'a.txt': 'one\ntwo\n'});
  await using screen = await screenOf(await findLogs(folder.path));
  screen.press('s');
  const {controller} = screen;
  const painted = () => {
    const at = controller.paneOnScreen;
    return at ? stripVTControlCharacters(at.strip?.paint(at.tab.pane, at.layout, [])[0] ?? '') : '';
  };
  await screen.until(() => painted() !== '', 'the words');
  expect(painted()).toBe(' no line has a time, so there is no histogram');
});

test('the events of a file are what happened to it', async () => {
  await using folder = await folderOf({'a.log': line(30, 'one'), 'empty.log': ''});
  await using screen = await screenOf(await findLogs(folder.path), ['a.log', 'empty.log']);
  await writeFile(path.join(folder.path, 'a.log'), '');
  const {buffer} = screen.logs.get('a.log') ?? {};
  await screen.until(() => buffer?.lastMarker()?.marker.kind === 'file', 'the marker');
  screen.press('i');
  expect(rowsOf(screen).at(-1)).toMatch(/^ 20.* the file was truncated · lines may be missing$/);
  screen.press('Esc', '2');
  expect(noticeAfter(screen, '-')).toBe('there is no record here');
});

test('the events of a merged tab of files name no server', async () => {
  await using folder = await folderOf({'a.log': line(32, 'one'), 'b.log': line(31, 'two')});
  await using screen = await screenOf(await findLogs(folder.path));
  screen.press('+', 'i');
  expect(rowsOf(screen).join('\n')).not.toMatch(/Feldera/);
});

test('the pages tell where a file is, and what its log tells', async () => {
  await using folder = await folderOf({'a.log': line(30, 'one') + line(31, 'bad', 'ERROR')});
  await using screen = await screenOf(await findLogs(folder.path));
  expect(noticeAfter(screen, '+')).toBe('a merged tab needs two logs, and there is no other');
  screen.press('d');
  await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the description');
  const rows = rowsOf(screen).map((row) => row.replace(/ +/g, ' '));
  expect(rows).toContain(' Events of a.log newest first, UTC');
  const first = rows.indexOf(' read from file');
  expect(rows.slice(first, first + 5)).toEqual([
    ' read from file',
    ` path ${path.join(folder.path, 'a.log')}`,
    ' size 114 B',
    ' state end of file',
    ' lines 2',
  ]);
  expect(rows).toContain(' errors 1 of 1 kind');
  screen.press('M');
  await screen.until(() => screen.copied.length > 0, 'the copy');
  expect(screen.copied[0]).toContain('**Pipeline `a.log`**');
});

test('the size of a compressed file is that of its lines, wherever it is, and the page has both', async () => {
  const text = line(30, 'one'.repeat(200));
  await using folder = await temporaryDirectory();
  const packed = gzipSync(text);
  await writeFile(path.join(folder.path, 'a.log.gz'), packed);
  await using screen = await screenOf(await findLogs(folder.path));
  const file = screen.logs.get('a.log.gz')?.snapshot.get().file;
  expect(file && openedState(file).word).toBe('654 B');
  screen.press('d');
  await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the description');
  const rows = rowsOf(screen).map((row) => row.replace(/ +/g, ' '));
  expect(rows).toContain(` size 654 B, ${packed.length} B compressed`);
});

test('a support bundle has its statistics, events and configuration on the pages', async () => {
  await using screen = await screenOf(await findOpened(path.join(wire, '31-support-bundle-real.zip')));
  screen.press('d');
  await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the description');
  await screen.until(() => screen.controller.services.stats.known.get().size > 0, 'the statistics');
  const rows = rowsOf(screen);
  expect(rows.some((row) => /Statistics of .* UTC, when they were collected/.test(row))).toBe(true);
  expect(rows).toContain(' Configuration');
  expect(rows.some((row) => row.includes('"name": "'))).toBe(true);
  expect(rows.some((row) => row.includes('"udf_rust": "(hidden, ') || row.includes('": "(hidden, '))).toBe(true);
  // Without a server a bundle has no state.
  expect(rows.some((row) => row.startsWith(' deployment '))).toBe(false);
  screen.press('Esc', 'H');
  await screen.until(() => timelineOf(screen.controller)?.timeline !== undefined, 'the timeline');
  expect(timelineOf(screen.controller)?.timeline?.events.some(({from}) => from === 'API')).toBe(true);
});

test('statistics of a bundle without connectors say so', async () => {
  await using screen = await screenOf(await findOpened(path.join(wire, '19-support-bundle.zip')));
  screen.press('d');
  await screen.until(() => screen.controller.services.stats.known.get().size > 0, 'the statistics');
  const words = 'when they were collected: no connectors, 3 records buffered';
  await screen.until(() => rowsOf(screen).some((row) => row.endsWith(words)), words);
});

test('O opens what was recorded of a pipeline before, and the session does not have it', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    services: {
      recordingsFolder: '/home/user/recordings',
      async addPast(pipeline): Promise<string | undefined> {
        // The program's own is `screenBackend`.
        if (pipeline !== 'orders') return undefined;
        const recordings = await findRecordings(formats, 'alpha');
        return screen.openPast({kind: 'recording', name: 'orders (recorded)', path: formats, recordings});
      },
    },
  });
  const {controller} = screen;
  // In the list and in the log.
  expect(controller.state.focus).toBe('log');
  screen.press('O');
  await screen.until(() => screen.tabs.includes('orders (recorded)'), 'its tab');
  await screen.until(() => (controller.pane?.model.source.buffer.lineCount ?? 0) > 0, 'its lines');
  expect(controller.state.focus).toBe('log');
  expect(controller.state.cursor).toBe('orders');
  expect(noticeAfter(screen, 'r')).toBe('no connection: this log is read from a recording');
  expect(noticeAfter(screen, 'W')).toBe('this log is a recording already: press S to save what is shown');
  screen.press('?');
  expect(inHelp(screen, 'contexts', 'open-recording', ...ofConnections)).toEqual(['contexts', 'open-recording']);
  screen.press('Esc');
  // Its log, and what the server tells of the pipeline.
  screen.press('H');
  await screen.until(() => timelineOf(controller)?.timeline !== undefined, 'the timeline');
  const timeline = sectionTexts(controller, 'timeline', 100);
  expect(timeline[0]).toContain(' Timeline of orders ');
  expect(timeline.join('\n')).toMatch(/ API .*\n.* log /s);
  const row = timeline.findIndex((text) => / log /.test(text));
  screen.press(...Array.from({length: row - 1}, () => 'j'), 'Enter');
  expect(controller.state.page).toBeUndefined();
  expect(controller.tab?.name).toBe('orders (recorded)');
  const session = sessionOf(controller.state, (tab) => controller.places.placesOf(tab));
  expect(session.tabs.map(({name}) => name)).toEqual(['orders']);
  screen.press('Tab', 'k', 'O');
  await screen.until(() => controller.state.notice !== undefined, 'an answer');
  expect(controller.state.notice).toBe('nothing of fraud is recorded in ~/recordings: press W to record it');
});

test('names that are the same get as much of their paths as tells them apart', async () => {
  await using folder = await folderOf({'a.log': line(30, 'one')});
  const other = path.join(folder.path, 'other');
  await mkdir(other);
  await writeFile(path.join(other, 'a.log'), line(31, 'two'));
  const both = [...(await findLogs(path.join(folder.path, 'a.log'))), ...(await findLogs(other))];
  const names = [`${path.basename(folder.path)}/a.log`, 'other/a.log'];
  await using screen = await screenOf(both, names);
  expect(screen.controller.listed.map(({name}) => name)).toEqual(names);
  expect(screen.catalog.find('other/a.log')?.path).toBe(path.join(other, 'a.log'));
});

/** A large file of which only the first piece is read, until `readOn` is called. */
async function largeFile() {
  const folder = await folderOf({'large.log': Array.from({length: 700_000}, (_, at) => `a line: ${at}\n`).join('')});
  const {promise: rest, resolve: readOn} = Promise.withResolvers<void>();
  const {read} = FilePart.prototype;
  const spy = vi.spyOn(FilePart.prototype, 'read').mockImplementation(async function (this: FilePart, into, offset) {
    if (offset > 0) await rest;
    return await read.call(this, into, offset);
  });
  const opened = await findLogs(path.join(folder.path, 'large.log'));
  const screen = await ScreenUnderTest.open({opened, names: ['large.log']});
  screen.connect();
  const isHeld = () => screen.controller.tab?.pane.position.kind === 'anchored';
  await screen.until(isHeld, 'its beginning');
  const toEnd = async () => {
    readOn();
    await screen.until(() => screen.logs.get('large.log')?.snapshot.get().file?.kind === 'followed', 'the end');
  };
  const dispose = async () => {
    await screen[Symbol.asyncDispose]();
    spy.mockRestore();
    await folder[Symbol.asyncDispose]();
  };
  return {screen, toEnd, isHeld, [Symbol.asyncDispose]: dispose};
}

test('a large file is shown from its beginning, and followed at its end once it is read', async () => {
  await using file = await largeFile();
  const {screen} = file;
  expect(currentLine(screen)).toBe('a line: 0');
  await file.toEnd();
  expect(file.isHeld()).toBe(false);
  expect(screen.controller.paneOnScreen?.current).toBe(699_999);
});

test('who searches the beginning of a large file stays there, and what was read since is not new', async () => {
  await using file = await largeFile();
  const {screen} = file;
  await typed(screen, '/', 'line: 1000');
  expect(currentLine(screen)).toBe('a line: 1000');
  await file.toEnd();
  expect(currentLine(screen)).toBe('a line: 1000');
  const {position} = screen.controller.tab?.pane ?? {};
  expect(position).toMatchObject({kind: 'anchored', seen: 700_000});
});
