import {describe, expect, it, test} from 'vitest';
import {createStore, heldStore} from '../../source/lib/store.ts';

test('listeners hear of changes only, and find the new value', () => {
  const store = createStore(1);
  const heard: number[] = [];
  store.subscribe(() => heard.push(store.get()));
  store.set(1);
  store.set(2);
  store.set(Number.NaN);
  store.set(Number.NaN);
  expect(heard).toEqual([2, Number.NaN]);
});

test('unsubscribed, a listener hears nothing more', () => {
  const store = createStore('a');
  let calls = 0;
  const unsubscribe = store.subscribe(() => {
    calls += 1;
  });
  store.set('b');
  unsubscribe();
  unsubscribe();
  store.set('c');
  expect(calls).toBe(1);
});

test('a listener may unsubscribe itself and others while it is called', () => {
  const store = createStore(0);
  const heard: string[] = [];
  const leaveFirst = store.subscribe(() => {
    heard.push('first');
    leaveFirst();
    leaveSecond();
  });
  const leaveSecond = store.subscribe(() => heard.push('second'));
  store.subscribe(() => heard.push('third'));
  store.set(1);
  store.set(2);
  expect(heard).toEqual(['first', 'third', 'third']);
});

test('a change made by a listener reaches everyone as the last value', () => {
  const store = createStore(0);
  const last: number[] = [];
  store.subscribe(() => {
    if (store.get() < 3) store.set(store.get() + 1);
  });
  store.subscribe(() => {
    last[0] = store.get();
  });
  store.set(1);
  expect(last).toEqual([3]);
});

test('listeners of a held store hear once of all that changed meanwhile', () => {
  const store = createStore('a');
  const isOpen = createStore(false);
  const held = heldStore(store, isOpen);
  const heard: string[] = [];
  const unsubscribe = held.subscribe(() => heard.push(held.get()));
  store.set('b');
  store.set('c');
  expect([held.get(), heard]).toEqual(['c', []]);
  isOpen.set(true);
  expect(heard).toEqual(['c']);
  store.set('d');
  isOpen.set(false);
  isOpen.set(true);
  expect(heard).toEqual(['c', 'd']);
  store.set('e');
  unsubscribe();
  store.set('f');
  expect(heard).toEqual(['c', 'd', 'e']);
});

describe('a store that tells of several changes at once', () => {
  const heardOf = (store: ReturnType<typeof createStore<number>>) => {
    const values: number[] = [];
    store.subscribe(() => values.push(store.get()));
    return values;
  };

  it('tells of the last of them, when all are made', () => {
    const store = createStore(1);
    const values = heardOf(store);
    store.together(() => {
      store.set(2);
      store.together(() => store.set(3));
      expect(store.get()).toBe(3);
      expect(values).toEqual([]);
    });
    store.set(4);
    expect(values).toEqual([3, 4]);
  });

  it('tells of none that was undone, and of those before an error', () => {
    const store = createStore(1);
    const values = heardOf(store);
    store.together(() => {
      store.set(2);
      store.set(1);
    });
    expect(values).toEqual([]);
    const fails = () => {
      store.set(5);
      throw new Error('no');
    };
    expect(() => store.together(fails)).toThrow('no');
    expect(values).toEqual([5]);
  });

  it('tells the others once of a change and of what a listener makes of it', () => {
    const store = createStore(1);
    store.subscribe(() => {
      if (store.get() % 2 === 0) store.set(store.get() + 1);
    });
    const values = heardOf(store);
    store.set(2);
    expect(values).toEqual([3]);
  });
});
