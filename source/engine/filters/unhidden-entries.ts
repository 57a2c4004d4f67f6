import type {Entries} from '../buffer/log-buffer.ts';

/**
 * Those of `entries` that have a row of their own. `hiddenAt`: the entries `[from, to)` around one that have none; undefined:
 * it has one. `hiddenFrom`: the number of those without one from an id on. Follows the changes of all three.
 */
export function unhiddenEntries(
  entries: Entries,
  hiddenAt: (id: number) => {readonly from: number; readonly to: number} | undefined,
  hiddenFrom: (id: number) => number,
): Entries {
  const around = (id: number | undefined) => (id === undefined ? undefined : hiddenAt(id));
  return {
    atOrAfter: (id) => {
      let at = entries.atOrAfter(id);
      for (let hidden = around(at); hidden; hidden = around(at)) at = entries.atOrAfter(hidden.to);
      return at;
    },
    atOrBefore: (id) => {
      let at = entries.atOrBefore(id);
      for (let hidden = around(at); hidden; hidden = around(at)) at = entries.atOrBefore(hidden.from - 1);
      return at;
    },
    countFrom: (id) => entries.countFrom(id) - hiddenFrom(id),
  };
}
