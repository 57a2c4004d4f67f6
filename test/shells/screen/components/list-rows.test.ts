import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {ListItem} from '../../../../source/engine/logs/catalog.ts';
import type {FileState} from '../../../../source/engine/logs/log-snapshot.ts';
import {arrange} from '../../../../source/kit/screen/tabs.ts';
import {symbolsFor} from '../../../../source/kit/terminal/symbols.ts';
import {attentionRank} from '../../../../source/kit/words/pipeline-words.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {type ListView, listRows} from '../../../../source/shells/screen/components/list-rows.ts';
import {deploymentError, makePipeline, stopped} from '../../../kit/screen/make-pipeline.ts';

type Change = Partial<ListView> & {readonly items?: readonly ListItem[]};

function view({items = [], ...change}: Change = {}): ListView {
  return {
    degraded: new Map(),
    isFresh: () => true,
    list: arrange(items, '', (each) => attentionRank(each, change.degraded?.has(each.name) ?? false)),
    noun: 'pipeline',
    fileOf: () => undefined,
    errorsOf(name) {
      const item = items.find((each) => each.name === name);
      return (item && !('kind' in item) && item.connectorErrors) || 0;
    },
    cursor: undefined,
    focused: true,
    pinned: new Set(),
    marked: new Set(),
    nameFilter: '',
    loaded: true,
    waited: undefined,
    withWords: (change.width ?? 28) >= 24,
    width: 28,
    height: 9,
    symbols: symbolsFor(true),
    ...change,
  };
}

/** The rows below the title. */
const text = (change: Change) =>
  listRows(view(change))
    .slice(1)
    .map((row) => row.text);
const five = ['billing', 'etl', 'fraud', 'nightly', 'orders'].map((name) => makePipeline(name));

/** Rows without the blanks at their ends. */
const trimmed = (change: Change) => text(change).map((row) => row.trimEnd());

describe('a row', () => {
  it('has symbol, name and word', () => {
    expect(text({items: [makePipeline('orders')]})[0]).toBe(' ● orders Running           ');
  });

  it('says that a pipeline is degraded, without words, colours and UTF-8 as well', () => {
    const items = [makePipeline('orders'), makePipeline('fraud', stopped)];
    const degraded = new Map(['orders', 'fraud'].map((name) => [name, undefined] as const));
    expect(trimmed({items, degraded}).filter((row) => /\w/.test(row))).toEqual([
      ' ◐ orders Degraded',
      ' ○ fraud  Stopped',
    ]);
    expect(text({items, degraded, width: 12})[0]).toBe(' ◐ orders   ');
    expect(text({items, degraded, width: 12, symbols: symbolsFor(false)})[0]).toBe(' % orders   ');
    expect(listRows(view({items, degraded}))[1]?.runs.map(({style}) => style)).toContainEqual(
      expect.objectContaining({fg: 3}),
    );
  });

  it('has a smaller dot, and no colour, if its log was not read: nobody knows that all is well', () => {
    const items = ['fraud', 'orders'].map((name) => makePipeline(name, {connectorErrors: 3}));
    const change: Change = {items, isFresh: (name) => name === 'orders'};
    expect(text(change).slice(0, 2)).toEqual([' ◦ fraud  Running         3✗', ' ● orders Running         3✗']);
    expect(text({...change, symbols: symbolsFor(false)})[0]).toMatch(/^ \. fraud/);
    const styles = (row: number) => listRows(view(change))[row]?.runs.map(({style}) => style);
    expect(styles(1)).not.toContainEqual(expect.objectContaining({fg: 2}));
    expect(styles(2)).toContainEqual(expect.objectContaining({fg: 2}));
    const others = [makePipeline('a', stopped), makePipeline('b', {...stopped, deploymentError})];
    expect(trimmed({items: others, isFresh: () => false}).join()).toMatch(/✗ b.*○ a/);
    const degraded = new Map([['a', undefined]]);
    expect(text({items: [makePipeline('a')], degraded, isFresh: () => false})[0]).toMatch(/^ ◐ a/);
  });

  it('is dim while the server does not answer: the state is the one known last', () => {
    const styles = (isStale: boolean) =>
      listRows(view({items: [makePipeline('orders')], isStale}))[1]?.runs.map(({style}) => style);
    expect(styles(false)).toContainEqual(expect.objectContaining({fg: 2}));
    expect(styles(true)).not.toContainEqual(expect.objectContaining({fg: 2}));
    expect(styles(true)).toContainEqual(expect.objectContaining({dim: true}));
  });

  it('is dim where statistics that are old say that it is degraded', () => {
    const items = [makePipeline('orders')];
    const [row] = listRows(view({items, degraded: new Map([['orders', 1]])})).slice(1);
    expect(row?.text.trimEnd()).toBe(' ◐ orders Degraded');
    expect(row?.runs.map(({style}) => style)).not.toContainEqual(expect.objectContaining({fg: 3}));
    expect(row?.runs.map(({style}) => style)).toContainEqual(expect.objectContaining({dim: true}));
  });

  it('has the number of unseen errors', () => {
    expect(text({items: [makePipeline('fraud', {connectorErrors: 3})]})[0]).toBe(' ● fraud Running          3✗');
  });

  it('has a dash where the version does not count them, and nothing for a pipeline that does not run', () => {
    const unknown = makePipeline('p', {connectorErrors: undefined, platformVersion: '0.321.0'});
    expect(text({items: [unknown]})[0]).toMatch(/● p Running +–$/);
    expect(text({items: [{...unknown, platformVersion: '0.322.0'}]})[0]).toMatch(/● p Running +$/);
    expect(text({items: [{...unknown, ...stopped}]})[0]).toMatch(/○ p Stopped +$/);
  });

  it('has room for any number of them: their column never moves', () => {
    const end = (connectorErrors: number) => text({items: [makePipeline('p', {connectorErrors})]})[0]?.slice(-5);
    expect([0, 7, 999, 1000, 98_765, 1_000_000].map(end)).toEqual([
      '     ',
      '   7✗',
      ' 999✗',
      '  1k✗',
      ' 99k✗',
      ' 99+✗',
    ]);
  });

  it('marks what is kept, and a failure', () => {
    const items = [makePipeline('etl', {...stopped, deploymentError}), makePipeline('orders')];
    expect(text({items, pinned: new Set(['etl'])})[0]).toMatch(/^·✗ etl +Failed/);
  });

  it('has no word where there is no room for it, and no number of errors in the narrowest', () => {
    const rows = (width: number) => text({items: [makePipeline('orders', {connectorErrors: 12})], width});
    expect(rows(11)[0]).toBe(' ● orders  ');
    expect(rows(20)[0]).toBe(' ● orders        12✗');
  });

  it('has a name of 24 cells whole, with its state and the number of its errors', () => {
    const items = ['europe-frankfurt-game-08', 'x'].map((name) => makePipeline(name, {connectorErrors: 12}));
    const degraded = new Map([['europe-frankfurt-game-08', undefined]]);
    expect(text({items, degraded, width: 40})[0]).toBe(' ◐ europe-frankfurt-game-08 Degraded 12✗');
  });

  it('cuts a long name in its middle, so that two with the same beginning differ', () => {
    const items = ['europe-orders-1', 'europe-orders-2'].map((name) => makePipeline(name, {connectorErrors: 12}));
    expect(text({items}).slice(0, 2)).toEqual([' ● europe…ers-1 Running  12✗', ' ● europe…ers-2 Running  12✗']);
  });

  it('cuts names that differ in their middle elsewhere', () => {
    const items = ['production-west-orders', 'production-east-orders'].map((name) => makePipeline(name));
    expect(text({items, width: 14}).slice(0, 2)).toEqual([' ● pr…east-or…', ' ● pr…west-or…']);
  });

  it('cuts a long word', () => {
    const row = (connectorErrors: number) =>
      text({
        items: [
          makePipeline('p', {deploymentStatus: 'AwaitingApproval', connectorErrors}),
          makePipeline('europe-orders'),
        ],
      })[1];
    expect(row(1)).toMatch(/^ ‖ p {11} Awaiting… 1✗$/);
    expect(row(0)).toMatch(/^ ‖ p {11} Awaiting ap…$/);
  });

  it('has room for the stage of the compiler', () => {
    const row = (programStatus: string) => text({items: [makePipeline('p', {...stopped, programStatus})]})[0];
    expect(row('CompilingRust')).toMatch(/ ◌ p Compiling Rust +$/);
  });

  it('shows an unknown status as sent', () => {
    expect(text({items: [makePipeline('p', {deploymentStatus: 'Warp'})]})[0]).toContain('? p Warp');
  });

  it('lets no control character of a name through', () => {
    const [row] = text({items: [makePipeline('a\u001B]0;x\u0007b')]});
    expect(row).not.toMatch(/\p{Cc}/u);
  });
});

describe('what needs attention', () => {
  const failing = ['f1', 'f2'].map((name) => makePipeline(name, {...stopped, deploymentError}));
  const items = [...five, ...failing];
  const degraded = new Map([['nightly', undefined]]);

  it('is above all others, and a rule between them', () => {
    const names = (change: Change) => trimmed(change).map((row) => row.split(' ')[2] ?? row);
    const shown = ['f1', 'f2', 'nightly', '─'.repeat(28), 'billing', 'etl', 'fraud', 'orders'];
    expect(names({items, degraded})).toEqual(shown);
    expect(names({items: failing}).slice(0, 3)).toEqual(['f1', 'f2', '']);
    expect(names({items: five}).slice(0, 5)).toEqual(five.map(({name}) => name));
    expect(names({items, degraded, symbols: symbolsFor(false)})[3]).toBe('-'.repeat(28));
  });

  it('is not counted in the title, as the header does that; what a filter leaves is', () => {
    const titleOf = (change: Change) => listRows(view({items, degraded, ...change}))[0]?.text.trimEnd();
    expect(titleOf({width: 36})).toBe('►Pipelines');
    expect(titleOf({nameFilter: 'xy'})).toBe('►/xy  7');
  });
});

describe('the cursor', () => {
  const shownOf = (change: Change) => listRows(view({items: five, cursor: 'fraud', ...change}));

  it('is inverse while it has the keys', () => {
    const rows = shownOf({}).slice(1);
    const inverse = rows.filter((row) => row.runs.some((run) => run.style.inverse));
    expect(inverse.map((row) => row.text.trim().split(' ')[1])).toEqual(['fraud']);
  });

  it('is underlined while the keys go to the log', () => {
    const rows = shownOf({focused: false});
    const underlined = rows.filter((row) => row.runs.some((run) => run.style.underline));
    expect(underlined.map((row) => row.text.trim().split(' ')[1])).toEqual(['fraud']);
    expect(rows.some((row) => row.runs.some((run) => run.style.inverse))).toBe(false);
  });
});

describe('the title', () => {
  const titleOf = (change: Change) => {
    const [row] = listRows(view({items: five, ...change}));
    return {text: row?.text.trimEnd(), isInverse: row?.runs.every(({style}) => style.inverse === true)};
  };

  it('shows by a sign and by its style whether the list has the focus', () => {
    expect(titleOf({})).toEqual({text: '►Pipelines', isInverse: true});
    expect(titleOf({focused: false})).toEqual({text: ' Pipelines', isInverse: false});
    expect(titleOf({symbols: symbolsFor(false)}).text).toBe('>Pipelines');
  });

  it('says what the list is filtered by, and how many are left', () => {
    expect(titleOf({items: five.slice(0, 2), nameFilter: 'xy', focused: false}).text).toBe(' /xy  2');
  });
});

describe('a list that is longer than the screen', () => {
  const many = Array.from({length: 5000}, (_, index) => makePipeline(`p${String(index).padStart(4, '0')}`));
  const rows = (cursor: string, change: Change = {}) =>
    trimmed({items: many, cursor, height: 9, ...change}).map((row) => row.split(' ')[2] ?? row);
  const place = (cursor: string, change: Change = {}) => trimmed({items: many, cursor, height: 9, ...change}).at(-1);

  it('has the cursor in the middle', () => {
    expect(rows('p2500').slice(0, -1)).toEqual(['p2497', 'p2498', 'p2499', 'p2500', 'p2501', 'p2502', 'p2503']);
  });

  it('stops at both ends', () => {
    expect(rows('p0001')[0]).toBe('p0000');
    expect(rows('p4999').at(-2)).toBe('p4999');
  });

  it('says in its last row which part of it is shown, and whether there is more below', () => {
    expect(place('p0001')).toBe(' 1–7 of 5,000 ▼');
    expect(place('p2500')).toBe(' 2,498–2,504 of 5,000 ▼');
    expect(place('p2500', {width: 20})).toBe(' 2,498–2,504 ▼');
    expect(place('p4999')).toBe(' 4,994–5,000 of 5,000');
    expect(trimmed({items: many.slice(0, 8), height: 9}).at(-1)).toMatch(/p0007/);
  });

  it('has each pipeline in view once, whatever of the rule is in view, and the cursor always', () => {
    const items = Array.from({length: 12}, (_, index) =>
      makePipeline(`p${index + 10}`, index < 4 ? {...stopped, deploymentError} : {}),
    );
    for (const {name: cursor} of items) {
      const shown = rows(cursor, {items});
      const names = shown.filter((row) => row.startsWith('p'));
      const [from = 0, to = 0] = place(cursor, {items})?.match(/\d+/g)?.map(Number) ?? [];
      expect(names).toEqual(items.slice(from - 1, to).map(({name}) => name));
      expect(names).toContain(cursor);
      expect(names.length + Number(shown.includes('─'.repeat(28)))).toBe(7);
    }
  });

  it('makes only the rows in view', () => {
    let looked = 0;
    const counted = many.map((pipeline) => ({
      ...pipeline,
      get deploymentStatus() {
        looked += 1;
        return 'Running';
      },
    }));
    const shown = view({items: counted, cursor: 'p2500', height: 20});
    looked = 0;
    listRows(shown);
    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThanOrEqual(20 * 4);
  });
});

describe('without pipelines it says why', () => {
  it.each([
    [{loaded: false}, ' loading'],
    [{loaded: false, waited: '4 s'}, ' loading 4 s'],
    [{loaded: false, waited: '4 s', width: 11}, ' loading'],
    [{}, ' no pipelines'],
    [{nameFilter: 'zz'}, ' no name matches'],
    [{nameFilter: 'tag:zz'}, ' no tag matches'],
  ])('%j', (change, words) => {
    expect(text(change).map((row) => row.trimEnd())).toContain(words);
  });
});

it('every row is exactly as wide as the list, whatever is in it', () => {
  const pipeline = fc
    .record({
      name: fc.oneof(
        fc.string({unit: fc.constantFrom('a', '-', '_', '9'), minLength: 1, maxLength: 63}),
        fc.string({unit: fc.constantFrom('日', 'é', 'x', 'e\u0301'), minLength: 1, maxLength: 30}),
      ),
      deploymentStatus: fc.constantFrom('Running', 'Stopped', 'AwaitingApproval', 'Teleporting', '未知の状態です', ''),
      connectorErrors: fc.constantFrom(undefined, 0, 1, 999, 1_234_567, 1e15),
    })
    .map(({name, ...change}) => makePipeline(name, change));
  fc.assert(
    fc.property(
      fc.array(pipeline, {maxLength: 12}),
      fc.constantFrom(8, 10, 11, 14, 18, 24, 30, 44),
      fc.integer({min: 3, max: 10}),
      fc.boolean(),
      fc.constantFrom('', 'a', '長い名前のフィルターです、とても'),
      (items, width, height, focused, nameFilter) => {
        const cursor = items[0]?.name;
        const pinned = new Set(items.slice(1).map((each) => each.name));
        const rows = listRows(view({items, cursor, pinned, width, height, focused, nameFilter}));
        expect(rows).toHaveLength(height);
        for (const row of rows) expect(textWidth(row.text)).toBe(width);
      },
    ),
  );
});

describe('opened logs', () => {
  const found = (name: string, packed: 'gzip' | undefined) =>
    ({kind: 'file', name, path: `/logs/${name}`, packed}) as const;
  const items = [found('node-12.log', undefined), found('node-13.log.gz', 'gzip'), found('later.log', undefined)];
  const files: Readonly<Record<string, FileState>> = {
    'node-12.log': {kind: 'followed', size: 5000, read: 5000},
    'node-13.log.gz': {kind: 'ended', size: 12_000, read: 12_000},
  };
  const fileOf = (name: string) => files[name];

  it('have their size, and what they were opened from where there is room', () => {
    expect(
      text({items, fileOf, width: 40, withWords: true})
        .slice(0, 3)
        .map((row) => row.trimEnd()),
    ).toEqual([
      ' ● node-12.log    5.0 kB file',
      ' ○ node-13.log.gz 12 kB gzip',
      // It is not open: nothing is known of it.
      '   later.log',
    ]);
  });

  it('have a name without the end that most names have, where it would be all that is left', () => {
    const narrow = text({items, fileOf, width: 11, withWords: false}).slice(0, 3);
    expect(narrow.map((row) => row.trimEnd())).toEqual([' ● node-12', ' ○ node-13', '   later']);
  });

  it('are called logs', () => {
    expect(listRows(view({items, fileOf, noun: 'log'}))[0]?.text.trim()).toBe('►Logs');
  });
});
