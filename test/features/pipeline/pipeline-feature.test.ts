import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import {describe, expect, it} from 'vitest';
import type {Pipeline} from '../../../source/engine/api/types.ts';
import {changesPart} from '../../../source/features/changes/changes-feature.ts';
import {type DescriptionView, descriptionSections} from '../../../source/features/pipeline/description.ts';
import {pipelinePage} from '../../../source/features/pipeline/pipeline-feature.ts';
import {timelinePart} from '../../../source/features/timeline/timeline-feature.ts';
import {keptBy, openAs} from '../../../source/kit/pages/page.ts';
import {conditionsOfPage, pageShown} from '../../../source/kit/pages/page-driver.ts';
import {joinSections} from '../../../source/kit/pages/sections.ts';
import {goToTab} from '../../../source/kit/screen/common.ts';
import {promptLabel} from '../../../source/kit/screen/prompts.ts';
import type {Described, Services} from '../../../source/kit/screen/services.ts';
import {promptInUse} from '../../../source/kit/state/view-state.ts';
import type {StyledText} from '../../../source/kit/terminal/styled-text.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {allRows} from '../../kit/pages/all-rows.ts';
import {badProgram, deploymentError, makePipeline, noProgram, stopped} from '../../kit/screen/make-pipeline.ts';
import {logged, noticeOf, reading, write} from '../../kit/screen/reading.ts';
import {ScreenUnderTest, withFailures} from '../../kit/screen/screen-under-test.ts';

/** The description of a pipeline, without what is below. */
function descriptionRows(view: DescriptionView): readonly StyledText[] {
  const {title, state, below} = descriptionSections(view);
  const sections = [title, state, ...below];
  return allRows(joinSections(sections, {chosen: undefined, from: undefined, symbols: symbolsFor(true)}));
}

describe('the description', () => {
  const failed = makePipeline('etl', {
    ...stopped,
    deploymentError,
    description: 'Nightly load\nof all shops',
  });
  const text = (described: Described, listed: Pipeline | undefined, width: number, waited?: string) =>
    descriptionRows({described, symbols: symbolsFor(true), listed, connectorErrors: '1,234', width, waited}).map(
      (row) => row.text,
    );

  it('leaves it to the sentence above to say why the server does not answer', () => {
    const failure = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'} as const;
    const unanswered = {since: 'no answer since 21:44:41 UTC', cause: 'connection refused'};
    const described: Described = {name: 'etl', answer: {kind: 'failure', failure}};
    const page = descriptionRows({described, symbols: symbolsFor(true), listed: failed, width: 120, unanswered}).map(
      (row) => row.text,
    );
    expect(page.join()).not.toContain('nothing listens');
  });

  describe('before the answer', () => {
    it('shows what the list knows, and that it is looking', () => {
      const rows = text({name: 'etl', answer: undefined}, failed, 80);
      expect(rows[0]).toBe(' etl');
      expect(rows).toContain(' loading');
      expect(rows).toContain(' Deployment error (RunnerCheckError)');
    });

    it('says how long it has waited', () => {
      const rows = text({name: 'etl', answer: undefined}, failed, 80, '4 s');
      expect(rows).toContain(' waiting for the description of the pipeline, 4 s');
    });

    it('shows the name alone when the list does not know it', () => {
      expect(text({name: 'etl', answer: undefined}, undefined, 80)).toEqual([' etl', '', ' loading']);
    });
  });

  describe('with the answer', () => {
    const detail = {
      ...failed,
      tags: ['prod', 'team billing'],
      ...badProgram('error: no such column\n   |\n 3 | SELECT x\n   |        ^'),
    };
    const rows = text({name: 'etl', answer: {kind: 'detail', detail}}, undefined, 80);

    it('shows every fact that says something, under Details, those for a report last', () => {
      expect(rows).toContain(' connector errors   1,234');
      expect(rows.slice(rows.indexOf(' Details'))).toEqual([
        ' Details',
        ' description        Nightly load',
        '                    of all shops',
        ' tags               prod, team billing',
        ' deployment         Stopped since 2026-11-25 09:17:30 UTC',
        ' program            Success since 2026-11-25 09:02:11 UTC',
        ' storage            InUse',
        ' id                 id-etl',
        ' created            2026-11-25 09:00:00 UTC',
        ' platform           0.337.0',
      ]);
      expect(rows).not.toContain(' loading');
    });

    it('shows the desired state where it is another one', () => {
      const starting = {...detail, deploymentStatus: 'Provisioning', deploymentDesiredStatus: 'Running'};
      const page = text({name: 'etl', answer: {kind: 'detail', detail: starting}}, undefined, 80);
      expect(page).toContain(' desired            Running');
    });

    it('shows the deployment error in full', () => {
      const start = rows.indexOf(' Deployment error (RunnerCheckError)');
      // The sentence above has its last line.
      expect(rows.slice(start + 1, start + 3)).toEqual([' Pipeline check failed: a fatal error.', '']);
    });

    it('shows what its details say beyond it', () => {
      const more = [['error.backtrace', '0: main\n1: start']] as const;
      const page = text({name: 'etl', answer: undefined}, {...failed, deploymentError: {...deploymentError, more}}, 80);
      const first = page.indexOf(' error.backtrace');
      expect(page.slice(first, page.indexOf('', first))).toEqual([' error.backtrace', ' 0: main', ' 1: start']);
    });

    it('shows what the compiler says, its columns in their places', () => {
      const start = rows.indexOf(' Compiler');
      expect(rows.slice(start + 1, rows.indexOf('', start))).toEqual([
        ' error: no such column',
        '    |',
        '  3 | SELECT x',
        '    |        ^',
      ]);
    });

    it('wraps errors to the screen and loses nothing of them', () => {
      const message = 'word '.repeat(100).trim();
      const long = {...detail, deploymentError: {...deploymentError, message}};
      const narrow = text({name: 'etl', answer: {kind: 'detail', detail: long}}, undefined, 40);
      const start = narrow.indexOf(' Deployment error (RunnerCheckError)');
      const end = narrow.indexOf('', start);
      const shown = narrow.slice(start + 1, end);
      expect(shown.map((row) => row.trim()).join(' ')).toBe(message);
      for (const row of shown) expect(textWidth(row)).toBeLessThanOrEqual(40);
    });
  });

  it('shows the lines of the program at the places that the compiler names', () => {
    const programCode = 'create table a(x int);\ncreate view v as FAIL x from a;';
    const place = {line: 2, column: 18, end: {line: 2, column: 21}};
    const programErrors = [
      {text: 'error: Error parsing SQL (line 2, column 18): Encountered "FAIL"', snippet: '    2|create …', place},
      {text: 'error: Not supported (line 9, column 1): far', snippet: '    9|quoted', place: {...place, line: 9}},
    ];
    const detail = {...failed, ...badProgram(''), deploymentError: undefined, programCode, programErrors};
    const rows = text({name: 'etl', answer: {kind: 'detail', detail}}, undefined, 80);
    expect(rows.slice(rows.indexOf(' Compiler'), rows.indexOf('     9|quoted') + 1)).toEqual([
      ' Compiler',
      ' error: Error parsing SQL (line 2, column 18): Encountered "FAIL"',
      '   1 │ create table a(x int);',
      '   2 │ create view v as FAIL x from a;',
      '     │                  ^^^^',
      '',
      // The program has no such line: what the compiler quotes is left.
      ' error: Not supported (line 9, column 1): far',
      '     9|quoted',
    ]);
  });

  it('does not say again what the sentence above says in full', () => {
    const place = {line: 1, column: 18, end: undefined};
    const programErrors = [{text: 'error: no such column x', snippet: '', place}];
    const detail = {
      ...failed,
      ...badProgram('error: no such column x'),
      programErrors,
      programCode: 'create table a(x int);',
    };
    const ofProgram = {...detail, ...stopped, programStatus: 'SqlError', deploymentError: undefined};
    const rows = text({name: 'etl', answer: {kind: 'detail', detail: ofProgram}}, undefined, 80);
    expect(rows.slice(rows.indexOf(' Compiler') + 1)[0]).toBe('   1 │ create table a(x int);');
    const placed = 'error: Compilation error (line 1, column 18): no such column x';
    const sent = {...ofProgram, programError: placed, programErrors: [{text: placed, snippet: '', place}]};
    const ofPlace = text({name: 'etl', answer: {kind: 'detail', detail: sent}}, undefined, 80);
    expect(ofPlace.slice(ofPlace.indexOf(' Compiler') + 1)[0]).toBe('   1 │ create table a(x int);');
    const told = {...deploymentError, message: 'exit status: 101', cause: 'exit status: 101'};
    const ended = text({name: 'etl', answer: undefined}, {...failed, deploymentError: told}, 80);
    expect(ended.join()).not.toContain('exit status: 101');
    // While it runs, the sentence has no failure.
    const runs = makePipeline('etl', {deploymentError: told});
    expect(text({name: 'etl', answer: undefined}, runs, 80)).toContain(' exit status: 101');
  });

  it('does not say again what panicked and where, but the rest of the report', () => {
    const reportOf = (words: string, place: string) => `panic message: ${words}\npanic location: ${place}\n`;
    const first = reportOf('left != right\n  left: 1\n right: 2', 'a.rs:3:4');
    const message = `a worker panicked\n${first}stack trace:\n   0: main\n${reportOf('other', 'b.rs:5:6')}`;
    const cause = 'panic: left != right left: 1 right: 2 (a.rs:3:4)';
    const rows = text(
      {name: 'etl', answer: undefined},
      {...failed, deploymentError: {...deploymentError, message, cause}},
      80,
    );
    const report = rows.slice(rows.indexOf(' Deployment error (RunnerCheckError)') + 1);
    const others = [' panic message: other', ' panic location: b.rs:5:6'];
    expect(report.slice(0, 5)).toEqual([' a worker panicked', ' stack trace:', '    0: main', ...others]);
  });

  it.each([
    [20, 20, 0],
    [21, 6, 15],
  ])('of a backtrace of %i frames shows %i above what is below, and ends with all of it', (frames, above, below) => {
    const trace = Array.from({length: frames}, (_, frame) => `frame ${frame}`);
    const message = ['a worker panicked', 'stack trace:', ...trace].join('\n');
    const rows = text(
      {name: 'etl', answer: undefined},
      {...failed, deploymentError: {...deploymentError, message}},
      80,
    );
    const at = (row: string) => rows.flatMap((each, index) => (each === row ? [index] : []));
    const heading = ' Deployment error (RunnerCheckError)';
    expect(at(` … ${below} more rows at the end of this page`)).toHaveLength(below === 0 ? 0 : 1);
    expect(at(heading)).toHaveLength(below === 0 ? 1 : 2);
    const [details = 0] = at(' Details');
    const [shown = 0, whole = shown] = at(heading);
    expect(whole > details).toBe(below > 0);
    const last = rows.slice(whole).filter((row) => row.startsWith(' frame '));
    expect(last).toEqual(trace.map((frame) => ` ${frame}`));
    const first = rows.slice(shown, details).filter((row) => row.startsWith(' frame '));
    expect(first).toHaveLength(above);
  });

  it('shows the line of the panic that ended the last run, unless the program has changed since', () => {
    const message = 'One or more worker threads terminated\npanic message: line 1 column 8: division by zero';
    const programCode = 'select 1 / 0;';
    const of = (programStatusSince: string) => {
      const detail = {...failed, ...noProgram, programCode, programStatusSince};
      const answer = {kind: 'detail' as const, detail: {...detail, deploymentError: {...deploymentError, message}}};
      return text({name: 'etl', answer}, undefined, 80);
    };
    expect(of('2026-11-25T09:02:11Z')).toContain('     │        ^');
    expect(of('2026-11-25T10:00:00Z').join()).not.toContain('select');
  });

  it('says that the request failed, and still shows what the list knows', () => {
    const failure = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens there'} as const;
    const rows = text({name: 'etl', answer: {kind: 'failure', failure}}, failed, 80);
    expect(rows).toContain(' The request failed: nothing listens there');
    expect(rows).toContain(' Deployment error (RunnerCheckError)');
  });

  it('lets no control character through, wherever it stands', () => {
    const evil = 'a\u001B]52;c;x\u0007b';
    const hostile = makePipeline(evil, {
      deploymentStatus: evil,
      deploymentStatusSince: evil,
      deploymentDesiredStatus: evil,
      programStatus: evil,
      programStatusSince: evil,
      storageStatus: evil,
      description: evil,
      createdAt: evil,
      platformVersion: evil,
      id: evil,
      deploymentError: {message: evil, errorCode: evil, cause: evil, endedStart: false, more: [[evil, evil]]},
    });
    const detail = {...hostile, ...badProgram(evil)};
    const rows = text({name: evil, answer: {kind: 'detail', detail}}, undefined, 80);
    expect(rows.join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('the keys of the description', () => {
  const compiler = 'error: no such column \u001B[31mprize\u001B[0m\n   |\n 3 | SELECT ```x\n   |        ^';

  async function described(name: string, services: Partial<Pick<Services, 'copyForm'>> = {}) {
    const screen = await ScreenUnderTest.connected({
      names: ['orders'],
      services,
      scenario: (server) => {
        for (const each of ['fraud', 'orders']) server.addPipeline(each).start();
        server.pipeline('fraud').fail('exit status: 101');
        server
          .addPipeline('etl')
          .setProgram('RustError', {rust_compilation: {exit_code: 1, stdout: '', stderr: compiler}});
      },
    });
    goToTab(screen.controller, name);
    screen.press('d');
    await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the answer');
    return screen;
  }

  async function copied(screen: ScreenUnderTest, key: string): Promise<string> {
    screen.press(key);
    await screen.until(() => screen.copied.length > 0, 'the copy');
    return screen.copied.pop() ?? '';
  }

  it('y copies the errors in full, without colours, and says how much', async () => {
    await using screen = await described('etl');
    expect(await copied(screen, 'y')).toBe(`Compiler error\n${stripVTControlCharacters(compiler)}\n`);
    expect(noticeOf(screen)).toMatch(/^sent 5 lines, \d+ B by OSC 52/);
    expect(screen.controller.state.page?.kind).toBe('pipeline');
    await using failed = await described('fraud');
    expect(await copied(failed, 'y')).toMatch(/^Deployment error \(\w+\)\n(?:.*\n)+.*exit status: 101/);
  });

  it('y says that there are none, and what copies the page', async () => {
    await using screen = await described('orders');
    screen.press('y');
    expect(noticeOf(screen)).toBe('no errors here: press Y to copy the page');
    expect(await copied(screen, 'Y')).toMatch(
      /^orders\n\nstate: Running\. .* \(API · since .* UTC\)\n(?:[\w ]+: .*\n)+(?:\nThe last minute\n(?:\w+: .*\n)+)?$/,
    );
  });

  it('Y copies the page, M the same as Markdown', async () => {
    await using screen = await described('etl');
    const page = await copied(screen, 'Y');
    expect(page).toMatch(/^etl\n\nstate: Rust error · no such column prize \(API · since .* UTC\)\n/);
    expect(page).toContain('\n\nCompiler error\nerror: no such column prize\n');
    const markdown = await copied(screen, 'M');
    expect(markdown).toMatch(
      /^\*\*Pipeline `etl` on `127\.0\.0\.1:\d+`\*\*\n\n- state: Rust error · no such column prize \(API · since .* UTC\)\n- /,
    );
    expect(
      markdown.endsWith(
        '\n\n**Compiler error**\n\n````text\nerror: no such column prize\n   |\n 3 | SELECT ```x\n   |        ^\n````\n',
      ),
    ).toBe(true);
    expect(noticeOf(screen)).toMatch(/^Markdown: sent/);
  });

  it('S saves the page, as Markdown by its name, with the prompt on the page', async () => {
    await using screen = await described('etl');
    screen.press('S');
    const prompt = promptInUse(screen.controller.state);
    expect(prompt && promptLabel(screen.controller, prompt)).toBe('save the page to ');
    expect(prompt?.suggestion).toMatch(/^etl-description-.*Z\.txt$/);
    screen.pressTogether('^U', ...'a.txt', 'Enter');
    await screen.until(() => noticeOf(screen) !== undefined, 'the outcome');
    expect(noticeOf(screen)).toMatch(/^saved \d+ lines, \d+ B, to .*a\.txt$/);
    expect(await readFile(path.join(screen.folder, 'a.txt'), 'utf8')).toBe(await copied(screen, 'Y'));
    screen.press('S');
    screen.pressTogether('^U', ...'a.md', 'Enter');
    await screen.until(() => noticeOf(screen)?.startsWith('saved Markdown') === true, 'the outcome');
    expect(await readFile(path.join(screen.folder, 'a.md'), 'utf8')).toBe(await copied(screen, 'M'));
  });

  it('Esc cancels a prompt first, then closes the page; a prompt of the page is not in use without it', async () => {
    await using screen = await described('etl');
    screen.press('S', 'Esc');
    expect(screen.controller.state).toMatchObject({prompt: undefined, page: {kind: 'pipeline'}});
    screen.press('S');
    screen.controller.dispatch({type: 'page', page: undefined});
    expect(promptInUse(screen.controller.state)).toBeUndefined();
  });

  it('say that the answer is missing yet', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('d', 'Y');
    expect(noticeOf(screen)).toBe('still loading: press the key again');
    expect(screen.copied).toEqual([]);
  });

  it('scrolls with the keys of every page, and closes with them', async () => {
    await using screen = await described('fraud');
    screen.controller.setSize({columns: 60, rows: 10});
    screen.press('j', 'j');
    expect(screen.controller.state.page?.offset).toBe(2);
    screen.press('q');
    expect(screen.controller.state.page).toBeUndefined();
  });
});

describe('the parts of the page', () => {
  const screenWith = (rows: number) =>
    reading([logged(1, 'ERROR', 'disk full'), logged(2, 'INFO', 'step')], {size: {columns: 60, rows}});
  const opened = ({controller}: ScreenUnderTest) => openAs(controller.state.page, pipelinePage);
  const timelineOf = ({controller}: ScreenUnderTest) => keptBy(controller.state.page, timelinePart);
  const top = ({controller}: ScreenUnderTest) => pageShown(controller).rows[0]?.text;

  it('are opened by D, H, i and c, and closed by the same key; on the page these keys go there', async () => {
    await using screen = await screenWith(24);
    const orders = screen.server.pipeline('orders');
    orders.start();
    orders.stop();
    orders.start();
    await write(screen, logged(3, 'INFO', 'step of the second run'));
    for (const [key, section, title] of [
      ['D', 'changes', /^ Changes in orders/],
      ['H', 'timeline', /^ Timeline of orders/],
      ['i', 'connection', /^ Connection of orders/],
    ] as const) {
      screen.press(key);
      expect(opened(screen)?.section).toBe(section);
      expect(top(screen)).toMatch(title);
    }
    screen.press('d');
    expect(opened(screen)?.section).toBeUndefined();
    expect(top(screen)).toMatch(/^ orders/);
    screen.press('H', 'H');
    expect(screen.controller.state.page).toBeUndefined();
    screen.press('c');
    expect(opened(screen)?.section).toBe('connectors');
  });

  it('are read when they come onto the screen: at the top of a small one nothing is asked for', async () => {
    await using screen = await screenWith(10);
    const {controller} = screen;
    screen.press('d');
    await screen.until(() => controller.lookup.described.get()?.answer !== undefined, 'the answer');
    pageShown(controller);
    await screen.clock.advance(100);
    const timeline = keptBy(controller.state.page, timelinePart);
    const changes = keptBy(controller.state.page, changesPart);
    expect(timeline?.state.get()).toBeUndefined();
    expect(changes?.state.get()).toBeUndefined();
    for (const key of ['G', 'PageUp', 'PageUp', 'PageUp']) {
      screen.press(key);
      pageShown(controller);
    }
    await screen.until(() => timeline?.state.get()?.timeline !== undefined, 'the timeline');
    screen.press('q');
    expect(timeline?.state.get()).toBeUndefined();
  });

  it('the cursor goes from item to item of all parts, and where there are none the page scrolls', async () => {
    await using screen = await screenWith(12);
    const {controller} = screen;
    screen.press('d', 'H');
    await screen.until(() => timelineOf(screen)?.state.get()?.timeline !== undefined, 'the timeline');
    screen.press('d');
    const chosen = () => opened(screen)?.chosen;
    for (let presses = 0; presses < 40 && chosen()?.section !== 'timeline'; presses++) screen.press('j');
    // Without the error, which the page says above.
    expect(chosen()).toEqual({section: 'timeline', key: '1'});
    screen.press('H', 'j');
    expect(chosen()).toEqual({section: 'timeline', key: '1'});
    const marked = pageShown(controller).rows.filter((row) => row.text.startsWith(' ▸ '));
    expect(marked).toHaveLength(1);
    screen.press('g');
    expect(top(screen)).toMatch(/^ orders/);
    expect(conditionsOfPage(controller).hasPlace).toBe(false);
    screen.press('Enter');
    expect(controller.state.page).toBeUndefined();
  });

  it('an error is said once: the timeline has it when the page is opened there', async () => {
    await using screen = await screenWith(60);
    const {controller} = screen;
    screen.server.pipeline('orders').start();
    screen.server.pipeline('orders').write(logged(3, 'ERROR', 'out of memory'));
    await screen.until(() => controller.pipeline('orders')?.deploymentStatus === 'Running', 'the start');
    screen.press('d');
    const texts = () => pageShown(controller).rows.map((row) => row.text);
    const isRead = () => texts().length > 0 && timelineOf(screen)?.state.get()?.timeline !== undefined;
    await screen.until(isRead, 'the timeline');
    const isNoChange = (text: string) => !/^ {3}new /.test(text);
    expect(texts().filter((text) => text.includes('out of memory') && isNoChange(text))).toEqual([
      expect.stringContaining('Its log has errors: '),
    ]);
    expect(texts().join('\n')).toContain('UTC · press H to add errors');
    screen.press('H', 'j');
    expect(texts().find((text) => text.includes(' error '))).toContain('out of memory');
    screen.press('Enter');
    expect(controller.state.page).toBeUndefined();
  });

  it('y takes the part that is read', async () => {
    await using screen = await screenWith(24);
    for (const [key, text] of [
      ['i', /^Connection of orders {2}newest first/],
      ['H', /^Timeline of orders, newest first/],
    ] as const) {
      screen.press(key);
      await screen.until(() => !/asking/.test(top(screen) ?? ''), 'the part');
      screen.press('y');
      await screen.until(() => screen.copied.length > 0, 'a copy');
      expect(screen.copied.pop()).toMatch(text);
    }
  });

  it('y takes its errors at its top, though a part with a cursor is on the screen, too', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailures, size: {columns: 100, rows: 80}});
    goToTab(screen.controller, 'fraud');
    screen.press('d');
    const isRead = () => {
      // What is drawn is read.
      pageShown(screen.controller);
      return timelineOf(screen)?.state.get()?.timeline !== undefined;
    };
    await screen.until(isRead, 'the timeline');
    expect(conditionsOfPage(screen.controller)).toMatchObject({hasPlace: true, hasErrors: true});
    screen.press('y');
    await screen.until(() => screen.copied.length > 0, 'a copy');
    expect(screen.copied.pop()).toMatch(/^Deployment error/);
  });

  it('the error of a failed pipeline is on the first screen, also of 60 columns and 15 rows', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailures, size: {columns: 60, rows: 15}});
    goToTab(screen.controller, 'fraud');
    screen.press('d');
    await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the answer');
    const texts = pageShown(screen.controller).rows.map((row) => row.text);
    expect(texts[2]).toMatch(/^ ▸ Failed · exit status: 101/);
    expect(texts).toContainEqual(expect.stringMatching(/^ Deployment error/));
  });
});
