import {describe, expect, it} from 'vitest';
import {
  blocksOf,
  idsOf,
  inOnePiece,
  markdownOf,
  mostCopied,
  paneWhenFiltered,
  versionWords,
} from '../../../source/kit/copy/chosen-lines.ts';
import {selectionCount} from '../../../source/kit/pane/pane-on-screen.ts';
import type {Choice, CopyForm} from '../../../source/kit/state/view-state.ts';
import {copyBytes} from '../../harness/copy-bytes.ts';
import {writable} from '../../harness/writable.ts';
import {addMarker, logged, pressed, reading, typed, viewOf, workedOut, write} from '../screen/reading.ts';
import type {ScreenUnderTest} from '../screen/screen-under-test.ts';

describe('the lines as Markdown', () => {
  const log = [
    logged(3600, 'INFO', 'step one'),
    logged(3601, 'ERROR', '\u001B[31mred\u001B[0m and ``` in it'),
    'a line without a time',
    logged(7322, 'INFO', 'step two'),
  ];

  async function markdown({controller}: ScreenUnderTest, choice: Choice): Promise<string | undefined> {
    const at = controller.paneOnScreen;
    if (!at) throw new Error('there is no pane');
    return await markdownOf(controller, choice, at);
  }

  it('name their pipeline, server and time, and have no colours', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'g', 'j', 'v', 'G', 'p');
    const version = screen.controller.pipeline('orders')?.platformVersion;
    expect(version).toMatch(/^\d/);
    expect((await markdown(screen, 'selection'))?.split('\n')).toEqual([
      `**Log of \`orders\` on \`${new URL(screen.server.url).host}\`**`,
      '',
      '- Time: 2026-11-25 01:00:00 to 02:02:02 UTC',
      '- Lines: 4',
      `- Platform version: \`${version}\``,
      '- Filters: none',
      '- Gaps: none',
      '',
      '````text',
      log[0],
      logged(3601, 'ERROR', 'red and ``` in it'),
      ...log.slice(2),
      '````',
      '',
      expect.stringMatching(/^The same place, record `[\da-f]{8}`:$/),
      '',
      '```sh',
      expect.stringMatching(/^pipetail --host \S+ orders --at 2026-11-25T01:00:00\.000000Z#[\da-f]{8}$/),
      '```',
      '',
    ]);
  });

  it('name the filters that are on', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'step|red');
    await typed(screen, '&', '!two');
    const both = await markdown(screen, 'view');
    expect(both).toContain('\n- Filters: `step|red`, `!two`\n');
    expect(both).toContain('\n- Lines: 3\n');
    await pressed(screen, '\\');
    expect(await markdown(screen, 'view')).toContain('\n- Filters: none\n');
  });

  it('name the gaps between them', async () => {
    await using screen = await reading(log);
    const before = screen.controller.pane?.model.source.buffer.endId ?? 0;
    // The server loses what it had: how much that was is unknown.
    screen.server.killRunner();
    screen.server.startRunner();
    screen.press('r');
    await screen.until(() => (screen.logs.get('orders')?.buffer.endId ?? 0) > before + 1, 'the new life');
    screen.server.pipeline('orders').write(logged(8000, 'INFO', 'another life'));
    await screen.untilLine('orders', 'another life');
    await workedOut(screen);
    const all = await markdown(screen, 'all');
    expect(all).toMatch(/\n- Gaps:\n {2}- .*\n\n```/);
    expect(all?.match(/\n {2}- /g)).toHaveLength(1);
    expect(await markdown(screen, 'record')).toContain('\n- Gaps: none\n');
  });

  it('say when they were logged: a line without a time when its record was', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'k', 'k', 'v');
    expect(await markdown(screen, 'selection')).toContain('\n- Time: 2026-11-25 01:00:01 to 01:00:01 UTC\n');
    await typed(screen, '&', 'no such line');
    expect(await markdown(screen, 'view')).toMatch(/- Time: unknown\n- Lines: 0\n/);
  });

  it('say when they were logged, however many lines without a time are at their ends', async () => {
    const plain = Array.from({length: 11_000}, (_, index) => `no time ${index}`);
    await using screen = await reading([...plain, logged(3600, 'INFO', 'step one'), 'its second line', ...plain]);
    await pressed(screen, 'g', 'j', 'v', 'G', 'p');
    expect(await markdown(screen, 'selection')).toContain('\n- Time: 2026-11-25 01:00:00 to 01:00:00 UTC\n');
  });

  it('of a merged tab name its pipelines and their version', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    screen.press('+');
    await screen.until(() => screen.controller.pane?.model.source.snapshot.get().connection?.kind === 'live', 'it');
    await workedOut(screen);
    const merged = await markdown(screen, 'all');
    expect(merged).toContain('**Log of `orders+fraud` on ');
    expect(merged).toContain(`\n- Platform version: \`${screen.controller.pipeline('orders')?.platformVersion}\`\n`);
  });

  it('of a failing pipeline carry its error in full, above the lines', async () => {
    await using screen = await reading(log);
    screen.server.pipeline('orders').fail('exit status: 101');
    await screen.until(() => screen.controller.pipeline('orders')?.deploymentError !== undefined, 'the failure');
    const {message = '', errorCode} = screen.controller.pipeline('orders')?.deploymentError ?? {};
    const text = (await markdown(screen, 'record')) ?? '';
    expect(text).toContain(`\n- Gaps: none\n\n**orders: Deployment error (${errorCode})**\n\n\`\`\`text\n${message}`);
    expect(text.indexOf(message)).toBeLessThan(text.lastIndexOf('```text'));
  });

  it('of a pipeline that does not compile carry what the compiler says, which the list lacks', async () => {
    await using screen = await reading([]);
    screen.server.pipeline('orders').setProgram('RustError', {
      rust_compilation: {exit_code: 1, stdout: '', stderr: 'error: no such column'},
    });
    await screen.until(() => screen.controller.pipeline('orders')?.programStatus === 'RustError', 'the state');
    expect(await markdown(screen, 'view')).toContain(
      '\n**orders: Compiler error**\n\n```text\nerror: no such column\n```\n',
    );
  });

  it('are not joined when they are too large for a clipboard', async () => {
    await using screen = await reading(log);
    writable(screen.controller.pane?.model.source.buffer).append(Buffer.alloc(2 * mostCopied, `${'x'.repeat(999)}\n`));
    expect((await markdown(screen, 'all')) === undefined).toBe(true);
  });

  describe('the platform version of several pipelines', () => {
    const of = (name: string, platformVersion: string) => ({name, platformVersion});

    it.each<[string | undefined, readonly ReturnType<typeof of>[]]>([
      [undefined, []],
      ['0.337.0', [of('orders', '0.337.0')]],
      ['0.337.0', [of('orders', '0.337.0'), of('fraud', '0.337.0')]],
      ['orders 0.337.0, fraud 0.338.0', [of('orders', '0.337.0'), of('fraud', '0.338.0')]],
    ])('%s', (words, pipelines) => {
      expect(versionWords(pipelines)).toBe(words);
    });
  });
});

describe('the chosen lines', () => {
  const panic = ["thread 'w' (1) panicked at a.rs:1:2:", 'no space', 'stack backtrace:', '   0: a::b'];
  /** The lines of a panic with one of another thread between, and ordinary ones around it. */
  const log = [
    logged(1, 'INFO', 'step one'),
    ...panic.slice(0, 3),
    logged(2, 'INFO', 'step two'),
    ...panic.slice(3),
    logged(3, 'WARN', 'of two lines\n  the second'),
    logged(4, 'INFO', 'step three'),
  ];

  /** The lines that are chosen, in one text. */
  function chosen({controller}: ScreenUnderTest, choice: Choice): string {
    const at = controller.paneOnScreen;
    if (!at) throw new Error('there is no pane');
    return copyBytes(at.model.source.buffer, idsOf(choice, at)).toString();
  }

  const text = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

  it('of the current record: all its lines, and no other’s between them', async () => {
    await using screen = await reading(log);
    expect(chosen(screen, 'record')).toBe(text(log.at(-1) ?? ''));
    await pressed(screen, 'E');
    expect(chosen(screen, 'record')).toBe(text(...panic));
    // From any of its lines, and not only from its one row.
    screen.press('o', 'j', 'j');
    expect(chosen(screen, 'record')).toBe(text(...panic));
  });

  it('of the selection: whole records, up and down, whose first lines are in it', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'E', 'o', 'G');
    screen.press('k', 'v');
    expect(chosen(screen, 'selection')).toBe(text(log[6] ?? ''));
    screen.press(...'kkk');
    // The last frame of the panic is its record, which begins before the step that stands in it.
    expect(chosen(screen, 'selection')).toBe(text(...log.slice(4, 5), ...log.slice(6, 7)));
    screen.press('k');
    expect(chosen(screen, 'selection')).toBe(text(...log.slice(1, 7)));
    screen.press('Esc', 'v', 'G', 'k');
    expect(chosen(screen, 'selection')).toBe(text(...log.slice(1, 7)));
  });

  it('of a panic in one row: all its lines, also those behind the record that is selected last', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'E');
    expect(chosen(screen, 'record')).toBe(text(...panic));
    screen.press('v');
    expect(chosen(screen, 'selection')).toBe(text(...panic));
    screen.press('j');
    expect(chosen(screen, 'selection')).toBe(text(...log.slice(1, 6)));
    expect(chosen(screen, 'view')).toBe(chosen(screen, 'all'));
  });

  it('of the selection are counted as it grows, markers and hidden lines left out', async () => {
    const alike = Array.from({length: 40}, (_, index) => logged(10 + index, 'INFO', `polled ${index} rows`));
    await using screen = await reading([...log, ...alike]);
    const counted = () => screen.controller.paneOnScreen && selectionCount(screen.controller.paneOnScreen);
    /** From each row up to the first one. */
    const checkAll = () => {
      for (screen.press('G', 'v'); ; screen.press('k')) {
        const at = screen.controller.paneOnScreen;
        if (!at) throw new Error('there is no pane');
        const {buffer} = at.model.source;
        const lines = [...idsOf('selection', at)].filter((id) => buffer.lineAt(id) !== undefined);
        const heads = new Set(lines.map((id) => at.model.index.headOf(id)));
        expect(counted()).toEqual({records: heads.size, lines: lines.length});
        if (at.current === at.geometry.entries.atOrAfter(0)) break;
      }
      screen.press('Esc');
    };
    expect(counted()).toBeUndefined();
    await addMarker(screen);
    screen.press('v');
    expect(counted()).toEqual({records: 0, lines: 0});
    screen.press('k', 'k');
    expect(counted()).toEqual({records: 2, lines: 2});
    screen.press('Esc');
    checkAll();
    await pressed(screen, 'f');
    checkAll();
    await typed(screen, '&', '!two');
    checkAll();
    await pressed(screen, 'f');
    checkAll();
  });

  it('of the view: what the filters leave; of all: everything', async () => {
    await using screen = await reading(log);
    const all = chosen(screen, 'all');
    expect(all.endsWith(text(...log))).toBe(true);
    expect(chosen(screen, 'view')).toBe(all);
    await typed(screen, '&', 'step');
    await typed(screen, '&', '!one');
    expect(chosen(screen, 'view')).toBe(text(log[4] ?? '', log[7] ?? ''));
    expect(chosen(screen, 'all')).toBe(all);
  });

  it('of a folded row: all its lines', async () => {
    const alike = Array.from({length: 40}, (_, index) => logged(10 + index, 'INFO', `polled ${index} rows`));
    await using screen = await reading([...log, ...alike]);
    await pressed(screen, 'f');
    expect(chosen(screen, 'record')).toBe(text(...alike));
    expect(chosen(screen, 'view')).toBe(chosen(screen, 'all'));
    screen.press('v', 'k');
    expect(chosen(screen, 'selection')).toBe(text(log[7] ?? '', ...alike));
  });

  it('of an empty log: none', async () => {
    await using screen = await reading([], {names: ['unknown']});
    for (const choice of ['record', 'selection', 'view', 'all'] as const) {
      expect(chosen(screen, choice)).toBe('');
    }
  });

  it('are read once the filters are applied', async () => {
    await using screen = await reading(log);
    screen.press('&');
    screen.pressTogether('o', 'n', 'e', 'Enter');
    expect(screen.controller.pane?.model.isFiltering).toBe(true);
    expect(chosen(screen, 'view')).toBe(chosen(screen, 'all'));
    const settled = paneWhenFiltered(screen.controller);
    await workedOut(screen);
    const at = await settled;
    expect(at && copyBytes(at.model.source.buffer, idsOf('view', at)).toString()).toBe(text(log[0] ?? ''));
  });

  it('are not read when another tab is shown by then', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    screen.press('&');
    screen.pressTogether('o', 'n', 'e', 'Enter');
    const settled = paneWhenFiltered(screen.controller);
    screen.press('2');
    await screen.until(() => screen.controller.pane?.tab.name === 'fraud', 'the other tab');
    await screen.clock.advance(1_000);
    expect(await settled).toBeUndefined();
    expect(viewOf(screen).filters).toEqual([]);
  });

  it('have markers between them where requested', async () => {
    await using screen = await reading(log);
    await addMarker(screen);
    await write(screen, logged(9, 'INFO', 'after the line'));
    const at = screen.controller.paneOnScreen;
    if (!at) throw new Error('there is no pane');
    const blocks: Uint8Array[] = [];
    for await (const block of blocksOf(screen.controller, 'all', at, {form: 'clean', markers: true}))
      blocks.push(block);
    const [before, marker, after, end] = Buffer.concat(blocks).toString().split('\n').slice(-4);
    expect([before, after, end]).toEqual([log.at(-1), logged(9, 'INFO', 'after the line'), '']);
    expect(marker).toMatch(/^── .* ──$/);
    expect((await inOnePiece(blocksOf(screen.controller, 'all', at, {form: 'clean'})))?.toString()).toBe(
      chosen(screen, 'all'),
    );
  });

  it('lose their colours and nothing else, also where a colour is cut at the end of a block', async () => {
    await using screen = await reading(log);
    const at = screen.controller.paneOnScreen;
    if (!at) throw new Error('there is no pane');
    const buffer = writable(at.model.source.buffer);
    // Blocks have 1 MiB: most of these sequences are at another place in each of them.
    const line = `\u001B[31m${'x'.repeat(89)}\u001B[0m\u001B[2J\u001B]0;title\u0007\n`;
    buffer.append(Buffer.from(line.repeat(50_000)));
    const endOf = async (form: CopyForm) => {
      const blocks: Uint8Array[] = [];
      for await (const block of blocksOf(screen.controller, 'all', at, {form})) blocks.push(block);
      return Buffer.concat(blocks).toString();
    };
    expect((await endOf('as-sent')).endsWith(line.repeat(40_000))).toBe(true);
    const clean = `${'x'.repeat(89)}\u001B[2J\u001B]0;title\u0007\n`;
    expect((await endOf('clean')).endsWith(clean.repeat(40_000))).toBe(true);
  });

  it('are not joined when they are too large for a clipboard', async () => {
    await using screen = await reading(log);
    writable(screen.controller.pane?.model.source.buffer).append(Buffer.alloc(mostCopied, `${'x'.repeat(999)}\n`));
    const at = screen.controller.paneOnScreen;
    if (!at) throw new Error('there is no pane');
    expect(await inOnePiece(blocksOf(screen.controller, 'all', at, {form: 'clean'}))).toBeUndefined();
  });
});
