import type {Entries} from '../../../source/engine/buffer/log-buffer.ts';

/** Exactly these entries, by the plainest of means. */
export function entriesOf(ids: readonly number[]): Entries {
  return {
    atOrAfter: (id) => ids.find((each) => each >= id),
    atOrBefore: (id) => ids.findLast((each) => each <= id),
    countFrom: (id) => ids.filter((each) => each >= id).length,
  };
}
