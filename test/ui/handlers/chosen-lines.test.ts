import {describe, expect, it} from 'vitest';
import {copyBytes, newTally} from '../../../source/buffer/copy-lines.ts';
import type {ClipboardAnswer} from '../../../source/system/clipboard.ts';
import {
  blocksOf,
  bytesOf,
  copiedWords,
  idsOf,
  markdownOf,
  missingWords,
  mostCopied,
  paneWhenFiltered,
  versionWords,
} from '../../../source/ui/handlers/chosen-lines.ts';
import type {Choice} from '../../../source/ui/state/view-state.ts';
import {logged, pressed, reading, typed, viewOf, workedOut, write} from '../reading.ts';
import type {ScreenUnderTest} from '../screen-under-test.ts';

describe('evidence of', () => {
  const log = [
    logged(3600, 'INFO', 'step one'),
    logged(3601, 'ERROR', '\u001B[31mred\u001B[0m and ``` in it'),
    'a line without a time',
    logged(7322, 'INFO', 'step two'),
  ];

  async function evidence({controller}: ScreenUnderTest, choice: Choice): Promise<string | undefined> {
    const at = controller.paneAt;
    if (!at) throw new Error('there is no pane');
    return await markdownOf(controller, choice, at, controller.closing);
  }

  describe('evidence', () => {
    it('says of which pipeline, server and time the lines are, and has them without colours', async () => {
      await using screen = await reading(log);
      await pressed(screen, 'g', 'j', 'v', 'G', 'p');
      const version = screen.controller.pipeline('orders')?.platformVersion;
      expect(version).toMatch(/^\d/);
      expect(await evidence(screen, 'selection')).toBe(
        [
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
        ].join('\n'),
      );
    });

    it('names the filters that are on, those alone', async () => {
      await using screen = await reading(log);
      await typed(screen, '&', 'step|red');
      await typed(screen, '&', '!two');
      const both = await evidence(screen, 'view');
      expect(both).toContain('\n- Filters: `step|red`, `!two`\n');
      expect(both).toContain('\n- Lines: 3\n');
      await pressed(screen, '\\');
      expect(await evidence(screen, 'view')).toContain('\n- Filters: none\n');
    });

    it('names the gaps between the lines, those alone', async () => {
      await using screen = await reading(log);
      screen.controller.pane?.model.source.addDivider();
      await workedOut(screen);
      const before = screen.controller.pane?.model.source.buffer.endId ?? 0;
      // The server loses what it had: how much that was is unknown.
      screen.server.killRunner();
      screen.server.startRunner();
      screen.press('r');
      await screen.until(() => (screen.manager.get('orders')?.buffer.endId ?? 0) > before + 1, 'the new life');
      screen.server.pipeline('orders').write(logged(8000, 'INFO', 'another life'));
      await screen.untilLine('orders', 'another life');
      await workedOut(screen);
      const all = await evidence(screen, 'all');
      expect(all).toMatch(/\n- Gaps:\n {2}- .*\n\n```/);
      expect(all?.match(/\n {2}- /g)).toHaveLength(1);
      expect(await evidence(screen, 'record')).toContain('\n- Gaps: none\n');
    });

    it('of nothing has no time; of a line without a time that of its record', async () => {
      await using screen = await reading(log);
      await pressed(screen, 'k', 'k', 'v');
      expect(await evidence(screen, 'selection')).toContain('\n- Time: 2026-11-25 01:00:01 to 01:00:01 UTC\n');
      await typed(screen, '&', 'no such line');
      expect(await evidence(screen, 'view')).toMatch(/- Time: unknown\n- Lines: 0\n/);
    });

    it('of a merged tab names its pipelines and their version', async () => {
      await using screen = await reading(log, {names: ['orders', 'fraud']});
      screen.press('Tab', '+');
      await screen.until(() => screen.controller.pane?.model.source.snapshot.get().connection.kind === 'live', 'it');
      await workedOut(screen);
      const merged = await evidence(screen, 'all');
      expect(merged).toContain('**Log of `orders+fraud` on ');
      expect(merged).toContain(`\n- Platform version: \`${screen.controller.pipeline('orders')?.platformVersion}\`\n`);
    });

    it('ends where no clipboard would take it', async () => {
      await using screen = await reading(log);
      screen.controller.pane?.model.source.buffer.append(Buffer.alloc(2 * mostCopied, `${'x'.repeat(999)}\n`));
      expect((await evidence(screen, 'all')) === undefined).toBe(true);
    });
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

describe('taking', () => {
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
  function taken({controller}: ScreenUnderTest, choice: Choice): string {
    const at = controller.paneAt;
    if (!at) throw new Error('there is no pane');
    return copyBytes(at.model.source.buffer, idsOf(choice, at)).toString();
  }

  const text = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

  describe('what is chosen', () => {
    it('the current record: all its lines, and no other’s between them', async () => {
      await using screen = await reading(log);
      expect(taken(screen, 'record')).toBe(text(log.at(-1) ?? ''));
      await pressed(screen, 'E');
      expect(taken(screen, 'record')).toBe(text(...panic));
      // From any of its lines.
      screen.press('j', 'j');
      expect(taken(screen, 'record')).toBe(text(...panic));
    });

    it('the selection: whole records, up and down, with those whose heads lie between', async () => {
      await using screen = await reading(log);
      screen.press('k', 'v');
      expect(taken(screen, 'selection')).toBe(text(log[6] ?? ''));
      screen.press(...'kkk');
      // The last frame of the panic is its record, which begins before the step that stands in it.
      expect(taken(screen, 'selection')).toBe(text(...log.slice(4, 5), ...log.slice(6, 7)));
      screen.press('k');
      expect(taken(screen, 'selection')).toBe(text(...log.slice(1, 7)));
      screen.press('Esc', 'v', 'G', 'k');
      expect(taken(screen, 'selection')).toBe(text(...log.slice(1, 7)));
    });

    it('the view: what the filters leave; all: everything', async () => {
      await using screen = await reading(log);
      const all = taken(screen, 'all');
      expect(all.endsWith(text(...log))).toBe(true);
      expect(taken(screen, 'view')).toBe(all);
      await typed(screen, '&', 'step');
      await typed(screen, '&', '!one');
      expect(taken(screen, 'view')).toBe(text(log[4] ?? '', log[7] ?? ''));
      expect(taken(screen, 'all')).toBe(all);
    });

    it('rows that stand for many lines are taken as all of them', async () => {
      const alike = Array.from({length: 40}, (_, index) => logged(10 + index, 'INFO', `polled ${index} rows`));
      await using screen = await reading([...log, ...alike]);
      await pressed(screen, 'f');
      expect(taken(screen, 'record')).toBe(text(...alike));
      expect(taken(screen, 'view')).toBe(taken(screen, 'all'));
      screen.press('v', 'k');
      expect(taken(screen, 'selection')).toBe(text(log[7] ?? '', ...alike));
      expect(taken(screen, 'screen').endsWith(text(...log, ...alike))).toBe(true);
    });

    it('the screen: what is on it', async () => {
      const many = Array.from({length: 100}, (_, index) => logged(index, 'INFO', `step ${index}`));
      await using screen = await reading(many);
      const height = screen.controller.layout?.paneHeight ?? 0;
      expect(taken(screen, 'screen')).toBe(text(...many.slice(-height)));
      screen.press('PageUp');
      expect(taken(screen, 'screen')).toBe(text(...many.slice(-2 * height + 1, -height + 1)));
    });

    it('nothing where there is nothing', async () => {
      await using screen = await reading([], {names: ['unknown']});
      for (const choice of ['record', 'selection', 'screen', 'view', 'all'] as const) {
        expect(taken(screen, choice)).toBe('');
      }
    });
  });

  describe('taking', () => {
    it('waits for filters that are being applied', async () => {
      await using screen = await reading(log);
      screen.press('&');
      screen.pressTogether('o', 'n', 'e', 'Enter');
      expect(screen.controller.pane?.model.isFiltering).toBe(true);
      expect(taken(screen, 'view')).toBe(taken(screen, 'all'));
      const settled = paneWhenFiltered(screen.controller);
      await workedOut(screen);
      const at = await settled;
      expect(at && copyBytes(at.model.source.buffer, idsOf('view', at)).toString()).toBe(text(log[0] ?? ''));
    });

    it('takes nothing when another tab is shown by then, or the screen ends', async () => {
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

    it('has markers between the lines when asked for', async () => {
      await using screen = await reading(log);
      screen.press('=');
      await write(screen, logged(9, 'INFO', 'after the line'));
      const at = screen.controller.paneAt;
      if (!at) throw new Error('there is no pane');
      const facts = {clock: screen.clock, signal: screen.controller.closing};
      const blocks: Buffer[] = [];
      for await (const block of blocksOf('all', at, {...facts, markers: true})) blocks.push(block);
      const [before, marker, after, end] = Buffer.concat(blocks).toString().split('\n').slice(-4);
      expect([before, after, end]).toEqual([log.at(-1), logged(9, 'INFO', 'after the line'), '']);
      expect(marker).toMatch(/^── .* ──$/);
      expect((await bytesOf('all', at, facts))?.bytes.toString()).toBe(taken(screen, 'all'));
    });

    it('ends where no clipboard would take it', async () => {
      await using screen = await reading(log);
      const {buffer} = screen.controller.pane?.model.source ?? {};
      buffer?.append(Buffer.alloc(mostCopied, `${'x'.repeat(999)}\n`));
      const at = screen.controller.paneAt;
      if (!at) throw new Error('there is no pane');
      expect(await bytesOf('all', at, {clock: screen.clock, signal: screen.controller.closing})).toBeUndefined();
    });
  });

  it('counts the lines that were dropped before they were read', () => {
    expect(missingWords(newTally())).toBe('');
    expect(missingWords({...newTally(), missing: 1})).toBe('1 older line was dropped meanwhile');
    expect(missingWords({...newTally(), missing: 1234})).toBe('1,234 older lines were dropped meanwhile');
  });
});

const sent = {bytes: 6100, lines: 42};

it.for<[ClipboardAnswer, string]>([
  [{kind: 'sent', how: 'OSC 52', ...sent}, 'sent 42 lines, 6.1 kB by OSC 52 (terminals do not acknowledge it)'],
  [{kind: 'sent', how: 'tmux', ...sent}, 'sent 42 lines, 6.1 kB to tmux and its terminal'],
  [
    {kind: 'sent', how: 'tmux', ...sent, hint: 'no terminal is attached'},
    'sent 42 lines, 6.1 kB to tmux and its terminal · no terminal is attached',
  ],
  [{kind: 'sent', how: 'wl-copy', bytes: 12, lines: 1}, 'copied 1 line, 12 B with wl-copy'],
  [
    {kind: 'too-large', bytes: 4_200_000, lines: 52_118, limit: 74_994},
    'not sent: 52,118 lines, 4.2 MB, and terminals drop more than 75 kB',
  ],
  [{kind: 'failed', why: 'no display'}, 'not copied: no display'],
])('the footer after a copy: %o', ([answer, line]) => {
  expect(copiedWords(answer)).toBe(line);
});
