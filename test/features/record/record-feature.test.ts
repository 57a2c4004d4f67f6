import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {recordPage} from '../../../source/features/record/record-feature.ts';
import {cyclePrompt} from '../../../source/kit/screen/prompts.ts';
import {promptInUse} from '../../../source/kit/state/view-state.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {writable} from '../../harness/writable.ts';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {addMarker, currentLine, logged, noticeOf, pressed, reading, typed} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

describe('keys of the record page', () => {
  const log = [
    logged(1, 'INFO', 'one'),
    logged(2, 'ERROR', 'two'),
    '  more of two',
    '  even more',
    logged(3, 'INFO', 'three'),
  ];
  const page = (screen: ScreenUnderTest) => allTexts(rowsOfPage(screen.controller));

  it('j and k go from record to record, over the lines of the same one, and stop at both ends', async () => {
    await using screen = await reading(log);
    screen.press('Enter', 'Enter', 'k');
    expect(currentLine(screen)).toContain('two');
    expect(page(screen)[0]).toBe(' orders  line 3');
    expect(page(screen)).toContain('   even more');
    screen.press('k');
    expect(currentLine(screen)).toContain('one');
    screen.press('k', 'k');
    expect(noticeOf(screen)).toBe('this is the first record');
    screen.press('j', 'j', 'j');
    expect(currentLine(screen)).toContain('three');
    screen.press('j');
    expect(noticeOf(screen)).toBe('this is the last record');
    expect(screen.controller.state.page?.kind).toBe('record');
  });

  it('of a line in JSON the JSON is last, below what else is known of it', async () => {
    const fields = {message: 'worker thread 0 panicked: StdIo(StorageFull)'};
    const line = {timestamp: '2026-11-25T00:00:01.000000Z', level: 'ERROR', target: 'a::b', fields};
    const json = JSON.stringify({...line, 'feldera-service': 'pipeline', 'pipeline-name': 'orders'});
    await using screen = await reading([logged(1, 'INFO', 'one'), json]);
    screen.press('Enter', 'Enter');
    const texts = page(screen);
    expect(texts[2]).toBe(' worker thread 0 panicked: StdIo(StorageFull)');
    const places = [/^ time /, /^ Feldera's guide/, /^ JSON$/].map((each) =>
      texts.findIndex((text) => each.test(text)),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(texts.at(-1)).toBe(' }');
  });

  it("what Feldera's guide says of an error is below it, and in its Markdown", async () => {
    const text = 'worker thread 0 panicked: StdIo(StorageFull)';
    await using screen = await reading([logged(1, 'INFO', 'one'), logged(2, 'ERROR', text)]);
    screen.press('Enter', 'Enter');
    expect(page(screen).slice(-3).join(' ').replaceAll(/ +/g, ' ')).toBe(
      ' Feldera\'s guide: increase the storage of the pipeline with "storage_mb_max" in its "resources" (default 30 GB)' +
        ' https://docs.feldera.com/operations/guide/#out-of-storage-errors',
    );
    screen.press('M');
    await screen.until(() => screen.copied.length > 0, 'the Markdown');
    expect(screen.copied[0]).toContain("\n- Feldera's guide: increase the storage of the pipeline");
    screen.press('k');
    expect(page(screen).join()).not.toContain('guide');
  });

  it('from a line inside a record they go to its neighbours', async () => {
    await using screen = await reading(log);
    screen.press('k', 'k', 'Enter', 'j');
    expect(currentLine(screen)).toContain('three');
    screen.press('k', 'k');
    expect(currentLine(screen)).toContain('one');
  });

  it('pass over what filters hide', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', '!two');
    screen.press('Enter', 'Enter', 'k');
    expect(currentLine(screen)).toContain('one');
  });

  it('go to markers, which say what happened', async () => {
    await using screen = await reading(log);
    await addMarker(screen);
    await pressed(screen, 'Enter', 'Enter');
    expect(page(screen)[0]).toBe(' orders');
    expect(page(screen)[2]).toContain('renamed from sales to orders');
    screen.press('k');
    expect(currentLine(screen)).toContain('three');
  });

  it('M copies the record as Markdown, S saves it: all its lines, and nothing else', async () => {
    await using screen = await reading(log);
    screen.press('Enter', 'Enter', 'k', 'M');
    await screen.until(() => screen.copied.length > 0, 'the copy');
    expect(screen.copied[0]).toMatch(/- Lines: 3\n(?:.*\n)+```text\n.* two\n {2}more of two\n {2}even more\n```/);
    screen.press('S');
    expect(promptInUse(screen.controller.state)).toMatchObject({kind: 'save', what: 'record'});
    cyclePrompt(screen.controller);
    expect(screen.controller.state.prompt).toMatchObject({what: 'record', form: 'as-sent'});
    screen.pressTogether(...'two.log', 'Enter');
    await screen.until(() => noticeOf(screen)?.startsWith('saved') === true, 'the file');
    expect(noticeOf(screen)).toMatch(/^saved 3 lines/);
    expect((await readFile(path.join(screen.folder, 'two.log'), 'utf8')).split('\n')).toHaveLength(4);
    expect(screen.controller.state.page?.kind).toBe('record');
  });

  it('a turned page begins at its top', async () => {
    await using screen = await reading([...log, ...Array.from({length: 60}, (_, at) => `  line ${at} of three`)]);
    screen.press('Enter', 'Enter', 'Down', 'Down');
    expect(screen.controller.state.page?.offset).toBe(2);
    screen.press('G');
    expect(screen.controller.state.page?.offset).toBeGreaterThan(20);
    screen.press('k');
    expect(screen.controller.state.page?.offset).toBe(0);
  });

  it('y copies the record', async () => {
    await using screen = await reading(log);
    screen.press('Enter', 'Enter', 'k', 'y');
    await screen.until(() => screen.copied.length > 0, 'the copy');
    expect(screen.copied).toEqual([`${log.slice(1, 4).join('\n')}\n`]);
  });

  it('Esc closes it, and the tabs stay where they are', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    screen.press('Enter', 'Enter', '2', 'X', 'Esc');
    expect(screen.controller.state).toMatchObject({page: undefined, active: 'orders'});
    expect(screen.tabs).toEqual(['orders', 'fraud']);
  });

  it('with the lines of two records mixed, j and k still go through them once', async () => {
    const [first, second] = ['dbsp-worker-0', 'dbsp-worker-1'].map(
      (thread) => `thread '${thread}' (1) panicked at a.rs:1:2:`,
    );
    const mixed = [
      logged(1, 'INFO', 'before'),
      logged(2, 'ERROR', 'trouble'),
      '  of trouble',
      '[manager] 2026-11-25T00:00:03.000000Z INFO pipeline_manager::runner: between pipeline-id="a" pipeline-name="orders"',
      '  of trouble too',
      first ?? '',
      'boom',
      second ?? '',
      logged(4, 'INFO', 'after'),
    ];
    await using screen = await reading(mixed);
    const index = screen.controller.pane?.model.index;
    const heads = new Set(Array.from({length: 10}, (_, id) => index?.headOf(id)));
    screen.press('Enter', 'Enter');
    // The second line of `trouble` comes after a record of the runner.
    expect(index?.headOf(5)).toBe(2);
    const seen: (string | undefined)[] = [];
    for (let times = 0; times < 12 && noticeOf(screen) === undefined; times++) {
      seen.push(currentLine(screen));
      screen.press('k');
    }
    expect(seen).toHaveLength(heads.size);
    expect(new Set(seen).size).toBe(heads.size);
    screen.press('j');
    for (let times = 0; times < 12 && noticeOf(screen) === undefined; times++) screen.press('j');
    expect(currentLine(screen)).toContain('after');
  });
});

describe('the record page', () => {
  const page = (screen: Awaited<ReturnType<typeof reading>>, width = 100) =>
    allTexts(
      recordPage.rows(screen.controller, {kind: 'record', offset: 0, programs: screen.controller.programs}, {width}),
    );

  it('has its line number, its head and all its lines', async () => {
    await using screen = await reading([logged(1, 'ERROR', 'broken two key="v"', 'dbsp::io'), '  goes on']);
    const rows = page(screen);
    expect(rows.slice(0, 2)).toEqual([' orders  line 2', '']);
    expect(rows).toContain(' time    2026-11-25 00:00:01.000000 UTC');
    expect(rows).toContain(' target  dbsp::io');
    expect(rows).toContain('   goes on');
  });

  it('is of the record of the current line, whichever of its lines that is', async () => {
    await using screen = await reading([logged(1, 'ERROR', 'broken'), '  goes on', logged(2, 'INFO', 'next')]);
    screen.press('k');
    const fromLine = page(screen);
    screen.press('k');
    expect(page(screen)).toEqual(fromLine);
  });

  it('says in full what a marker says, on as many rows as it takes', async () => {
    await using screen = await reading([], {names: ['orders']});
    writable(screen.logs.get('orders')?.buffer).addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
    screen.press('G');
    const rows = page(screen, 12);
    expect(rows[0]).toBe(' orders');
    expect(
      rows
        .slice(2)
        .map((row) => row.trim())
        .join(' '),
    ).toContain('00:00:00 renamed from a to b');
    for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(12);
  });

  it('lets no control character of an error through', async () => {
    await using screen = await reading([], {names: ['orders']});
    const error = 'no\u001B[2J space';
    writable(screen.logs.get('orders')?.buffer).addMarker({
      kind: 'state',
      at: 0,
      from: 'Running',
      to: 'Stopped',
      error,
    });
    screen.press('G');
    expect(page(screen).at(-1)).toContain('no^[[2J space');
  });

  it('says that there is nothing', async () => {
    await using screen = await reading([], {names: ['unknown']});
    expect(page(screen)).toEqual([' nothing here']);
  });

  it('names the pipeline that the record of a merged log is of', async () => {
    await using screen = await reading([logged(1, 'INFO', 'step one')], {names: ['orders', 'fraud']});
    screen.controller.tabSwitcher.merge(['fraud', 'orders']);
    const buffer = () => screen.controller.pane?.model.source.buffer;
    await screen.until(() => buffer()?.lineCount === 3, 'the merged lines');
    screen.press('G');
    expect(page(screen)[0]).toMatch(/^ orders {2}line /);
  });
});
