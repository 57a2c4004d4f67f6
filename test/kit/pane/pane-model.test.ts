import {describe, expect, it, vi} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../source/engine/buffer/search.ts';
import type {FilterEntry} from '../../../source/engine/filters/filter.ts';
import {SuppressedErrors} from '../../../source/engine/records/suppressed.ts';
import {PaneModel} from '../../../source/kit/pane/pane-model.ts';
import {newPane, type PaneView} from '../../../source/kit/state/pane-view.ts';
import {Feed, lineAt} from '../../engine/logs/merge-sources.ts';
import {FakeClock} from '../../harness/fake-clock.ts';

/** A model of a log that a test writes, in a time that the test owns. */
class Modelled {
  readonly feed: Feed;
  readonly clock = new FakeClock();
  readonly model: PaneModel;
  isShown = true;
  /** How many entries were shown before each change. */
  readonly changes: number[] = [];
  progress = 0;
  /** Searches and filters that have read the whole log. */
  results = 0;

  constructor(maxBytes = 1 << 20) {
    this.feed = new Feed('orders', {maxBytes});
    const {name, buffer, snapshot} = this.feed;
    this.model = new PaneModel(
      {name, buffer, suppressed: new SuppressedErrors(buffer), snapshot, merge: undefined},
      {
        services: {clock: this.clock, timeLimit: (_, task) => ({value: task()})},
        isShown: () => this.isShown,
        onEntries: (before) => this.changes.push(before.countFrom(0)),
        onRead: () => {},
        onResult: () => {
          this.results += 1;
        },
      },
    );
    this.model.progress.subscribe(() => {
      this.progress += 1;
    });
  }

  write(...texts: string[]): void {
    for (const [at, text] of texts.entries()) this.feed.write(`${lineAt('orders', at, text)}\n`);
  }

  async sync(change: Partial<PaneView>): Promise<void> {
    this.model.sync({...newPane, ...change});
    await this.clock.advance(100);
  }

  /** Opens the fold of a line. */
  open(id: number): void {
    const fold = this.model.folds.at(id);
    if (fold?.open === false) this.model.folds.toggle(fold);
  }

  /** Of the search. */
  get matches(): readonly number[] {
    const {search} = this.model.searching ?? {};
    const matches: number[] = [];
    for (let match = search?.nextAfter(-1); match !== undefined; match = search?.nextAfter(match)) matches.push(match);
    return matches;
  }

  get ids(): readonly number[] {
    const ids: number[] = [];
    const {atOrAfter} = this.model.entries;
    for (let id = atOrAfter(0); id !== undefined; id = atOrAfter(id + 1)) ids.push(id);
    return ids;
  }
}

function filterBy(source: string, id = 1): FilterEntry {
  return {id, filter: {kind: 'text', pattern: compilePattern(source), out: false}, on: true};
}

it('indexes lines that are drawn before their frame', async () => {
  const pane = new Modelled();
  pane.write('one');
  await pane.sync({});
  pane.feed.buffer.append(Buffer.from(`${lineAt('orders', 1, 'two')}\n`));
  expect(pane.model.index.timeAt(1)).toBeUndefined();
  pane.model.keepUp();
  expect(pane.model.index.timeAt(1)).toBeDefined();
});

describe('a result', () => {
  it('comes once a search or filters have read the whole log, and not again with new lines', async () => {
    const pane = new Modelled();
    pane.write('one', 'two');
    await pane.sync({});
    expect(pane.results).toBe(0);
    await pane.sync({search: 'two'});
    expect(pane.results).toBe(1);
    pane.write('two again');
    await pane.clock.advance(1000);
    expect(pane.results).toBe(1);
    await pane.sync({search: 'two', filters: [filterBy('one')]});
    expect(pane.results).toBe(2);
  });
});

describe('what is derived from a log', () => {
  it('waits while it is not, and continues with `sync`', async () => {
    const modelled = new Modelled();
    modelled.isShown = false;
    modelled.write('one', 'two');
    await modelled.clock.advance(1000);
    expect(modelled.model.index.indexedTo).toBe(0);
    expect(modelled.clock.pending).toBe(0);
    await modelled.sync({});
    expect(modelled.model.index.indexedTo).toBe(2);
  });

  it('costs nothing while nothing happens', async () => {
    const modelled = new Modelled();
    modelled.write('one', 'two');
    await modelled.sync({search: 'one', filters: [filterBy('o')], fold: true, highlights: ['two']});
    expect(modelled.clock.pending).toBe(0);
    const {progress} = modelled;
    await modelled.clock.advance(60_000);
    expect(modelled.progress).toBe(progress);
  });

  it('stops when it is disposed of', async () => {
    const modelled = new Modelled();
    modelled.model.sync({...newPane, search: 'one'});
    modelled.model.dispose();
    modelled.write('one');
    await modelled.clock.advance(100);
    expect(modelled.clock.pending).toBe(0);
    expect(modelled.model.searching?.search.count).toBe(0);
  });
});

describe('filters', () => {
  it('change what is shown once they have read the whole log', async () => {
    const modelled = new Modelled();
    modelled.write('one', 'two', 'three');
    modelled.model.sync({...newPane, filters: [filterBy('t[wh]')]});
    expect(modelled.model.isFiltering).toBe(true);
    expect(modelled.ids).toEqual([0, 1, 2]);
    await modelled.clock.advance(100);
    expect(modelled.model.isFiltering).toBe(false);
    expect(modelled.ids).toEqual([1, 2]);
    expect(modelled.changes).toEqual([3]);
    modelled.write('four two');
    expect(modelled.ids).toEqual([1, 2, 3]);
  });

  it('are not restarted by anything else that changes, nor by one that is off', async () => {
    const modelled = new Modelled();
    modelled.write('one', 'two');
    const filters = [filterBy('t[wh]')];
    await modelled.sync({filters});
    const {shown} = modelled.model;
    await modelled.sync({filters: [...filters, {...filterBy('x', 2), on: false}], wrap: 'all', search: 'two'});
    expect(modelled.model.shown).toBe(shown);
    expect(modelled.changes).toHaveLength(1);
  });

  it('that replace others meanwhile leave the screen as it is until they are ready', async () => {
    const modelled = new Modelled();
    modelled.write('one', 'two', 'three');
    await modelled.sync({filters: [filterBy('t[wh]')]});
    modelled.model.sync({...newPane, filters: [filterBy('one')]});
    modelled.model.sync({...newPane, filters: [filterBy('three')]});
    expect(modelled.ids).toEqual([1, 2]);
    await modelled.clock.advance(100);
    expect(modelled.ids).toEqual([2]);
    expect(modelled.changes).toEqual([3, 2]);
  });

  it('keep folds open', async () => {
    const modelled = new Modelled();
    modelled.write('read 1', 'read 2', 'done', 'read 3', 'read 4');
    await modelled.sync({fold: true});
    expect(modelled.ids).toEqual([0, 2, 3]);
    modelled.open(0);
    expect(modelled.ids).toEqual([0, 1, 2, 3]);
    await modelled.sync({fold: true, filters: [filterBy('read')]});
    expect(modelled.ids).toEqual([0, 1, 3, 4]);
  });
});

describe('a panic and a configuration', () => {
  const configuration = ['Pipeline configuration loaded successfully: {', '  "name": "orders",', '  "global": {}', '}'];
  const panic = ['', "thread 'w' (1) panicked at a.rs:1:2:", 'no space', 'stack backtrace:', '   0: a::b'];

  /** 0 to 4 are a configuration with the line 2 of another record between, 5 to 9 a panic, 10 is a line. */
  async function started(change: Partial<PaneView> = {}): Promise<Modelled> {
    const modelled = new Modelled();
    const [first, second, ...rest] = configuration;
    for (const line of [first, second]) modelled.feed.write(`${line}\n`);
    modelled.write('one');
    for (const line of [...rest, ...panic]) modelled.feed.write(`${line}\n`);
    modelled.write('two');
    await modelled.sync(change);
    return modelled;
  }

  it('are one row each, folded or not, until they are opened', async () => {
    for (const fold of [false, true]) {
      const modelled = await started({fold});
      expect(modelled.ids).toEqual([0, 2, 5, 10]);
      expect(modelled.model.folds.at(0)).toEqual({of: 'lines', head: 0, open: false});
      expect(modelled.model.folds.at(2)).toBeUndefined();
      modelled.open(0);
      expect(modelled.ids).toEqual([0, 1, 2, 3, 4, 5, 10]);
      // From any of its lines.
      modelled.model.folds.toggle({of: 'lines', head: 0, open: true});
      modelled.open(5);
      expect(modelled.ids).toEqual([0, 2, 5, 6, 7, 8, 9, 10]);
    }
  });

  it('stay open while filters change, and are shown or hidden whole', async () => {
    const modelled = await started();
    modelled.open(5);
    await modelled.sync({filters: [filterBy('global|space')]});
    expect(modelled.ids).toEqual([0, 5, 6, 7, 8, 9]);
    await modelled.sync({filters: [filterBy('one|backtrace')]});
    expect(modelled.ids).toEqual([2, 5, 6, 7, 8, 9]);
  });

  it('are searched while closed, and opened where a line is to be seen', async () => {
    const modelled = await started({search: 'global|a::b'});
    expect(modelled.matches).toEqual([3, 9]);
    modelled.model.folds.reveal(9);
    expect(modelled.ids).toEqual([0, 2, 5, 6, 7, 8, 9, 10]);
    await modelled.sync({filters: [filterBy('one')]});
    modelled.model.folds.reveal(3);
    await modelled.sync({});
    expect(modelled.ids).toEqual([0, 2, 5, 6, 7, 8, 9, 10]);
  });

  it('similar ones are one row of several records, which opens to rows of one record each', async () => {
    const modelled = new Modelled();
    for (const line of [...configuration, ...configuration]) modelled.feed.write(`${line}\n`);
    await modelled.sync({fold: true});
    expect(modelled.ids).toEqual([0]);
    modelled.model.folds.reveal(6);
    expect(modelled.ids).toEqual([0, 4, 5, 6, 7]);
  });
});

describe('a search', () => {
  it('finds the lines of a record that a later line of it shows or hides', async () => {
    const modelled = new Modelled();
    modelled.write('one', 'two');
    await modelled.sync({search: 'o', filters: [filterBy('shown$')]});
    expect(modelled.matches).toEqual([]);
    modelled.feed.write('a line that is shown');
    expect(modelled.matches).toEqual([1, 2]);
    modelled.feed.write('n not\n');
    expect(modelled.matches).toEqual([]);
    modelled.feed.write('shown\n');
    expect(modelled.matches).toEqual([1, 2, 3]);
  });

  it('stays while the pattern does, and keeps it with other filters: one that needs too long stays stopped', async () => {
    const modelled = new Modelled();
    modelled.write('one', 'two');
    await modelled.sync({search: '(o+)+'});
    const {searching} = modelled.model;
    await modelled.sync({search: '(o+)+', pan: 5});
    expect(modelled.model.searching).toBe(searching);
    await modelled.sync({search: '(o+)+', filters: [filterBy('t[wh]')]});
    expect(modelled.model.searching?.pattern).toBe(searching?.pattern);
    expect(modelled.model.searching?.search).not.toBe(searching?.search);
  });

  it('notifies in frames, however many slices it needs', async () => {
    const pane = new Modelled(1 << 22);
    pane.write(...Array.from({length: 30_000}, (_, at) => `step ${at}`));
    await pane.sync({});
    const before = pane.progress;
    // So slow that a slice of 3 ms is over after a step or two of 16 KiB.
    let now = 0;
    vi.spyOn(pane.clock, 'monotonic').mockImplementation(() => (now += 2.5));
    const slices = vi.spyOn(Search.prototype, 'step');
    await pane.sync({search: 'step'});
    while (!pane.model.isSearched) await pane.clock.advance(10);
    expect(slices.mock.calls.length).toBeGreaterThan(20);
    expect(pane.progress - before).toBeLessThan(5);
    expect(pane.model.searching?.search.count).toBe(30_000);
    vi.restoreAllMocks();
  });

  it('finds lines as they come, and notifies', async () => {
    const modelled = new Modelled();
    await modelled.sync({search: 'two'});
    const {progress} = modelled;
    modelled.write('one', 'two');
    expect(modelled.model.searching?.search.count).toBe(1);
    expect(modelled.progress).toBeGreaterThan(progress);
  });

  it('calls back once it has read the whole log, and only the last caller', async () => {
    const modelled = new Modelled();
    modelled.write('one');
    const called: string[] = [];
    modelled.model.sync({...newPane, search: 'one'});
    modelled.model.whenDone(() => called.push('first'));
    modelled.model.whenDone(() => called.push(`second, ${modelled.model.searching?.search.count} match`));
    expect(called).toEqual([]);
    await modelled.clock.advance(100);
    modelled.write('two');
    expect(called).toEqual(['second, 1 match']);
  });

  it('is waited for by one at a time, until its check says what to do then, or it ends', async () => {
    const {model, clock, feed} = new Modelled();
    const told: string[] = [];
    const checks = {first: 0, second: 0, third: 0};
    const wait = (name: keyof typeof checks, isOver: () => boolean) =>
      model.waitUntil(() => {
        checks[name] += 1;
        return isOver() ? () => told.push(name) : undefined;
      });
    feed.write(`${lineAt('orders', 0, 'one')}\n`);
    wait('first', () => true);
    expect(told).toEqual(['first']);
    wait('second', () => false);
    model.sync({...newPane, search: 'one'});
    wait('third', () => model.searching?.search.count === 1);
    expect(told).toEqual(['first']);
    await clock.advance(100);
    expect([told, checks.first, checks.second]).toEqual([['first', 'third'], 1, 1]);
    const {third} = checks;
    wait('second', () => false);
    model.dispose();
    feed.write(`${lineAt('orders', 1, 'two')}\n`);
    await clock.advance(100);
    expect(checks).toEqual({first: 1, second: 2, third});
  });
});

it('tells how far filters and search of a large log are, and nothing of a small one', async () => {
  const large = new Modelled(1 << 28);
  large.write(...Array.from({length: 65}, () => 'x'.repeat(1 << 20)));
  const small = new Modelled();
  small.write('x');
  const percents = ({model}: Modelled) => [model.filteredPercent, model.searchedPercent];
  for (const {model} of [large, small]) model.sync({...newPane, search: 'x', filters: [filterBy('x')]});
  expect(percents(large)).toEqual([0, 0]);
  expect(percents(small)).toEqual([undefined, undefined]);
  await large.clock.advance(100);
  expect(percents(large)).toEqual([undefined, undefined]);
  expect(large.matches).toHaveLength(65);
});
