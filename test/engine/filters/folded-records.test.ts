import fc from 'fast-check';
import {expect, test} from 'vitest';
import {allEntries, type Entries, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {FoldedRecords} from '../../../source/engine/filters/folded-records.ts';
import {ShownLines} from '../../../source/engine/filters/shown-lines.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {change, logOperations} from './log-script.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);

function idsOf(entries: Entries): number[] {
  const ids: number[] = [];
  for (let id = entries.atOrAfter(0); id !== undefined; id = entries.atOrAfter(id + 1)) ids.push(id);
  return ids;
}

const sizes = fc.record({maxBytes: fc.integer({min: 200, max: 4000}), segmentBytes: fc.integer({min: 60, max: 700})});
const filters = fc.constantFrom(undefined, 'refused', 'workers', 'message');

test('a closed panic or configuration is one row, whatever filters and folds leave, also while the log is read', () => {
  fc.assert(
    fc.property(
      sizes,
      filters,
      fc.boolean(),
      fc.array(logOperations, {maxLength: 40}),
      (size, source, fold, script) => {
        const buffer = new WritableLogBuffer(size);
        const index = new RecordIndex(buffer);
        const pattern = source === undefined ? [] : [compilePattern(source)];
        const shown = new ShownLines({
          ...{buffer, index, around: 0, fold},
          filters: pattern.map((each) => ({id: 1, filter: {kind: 'text', pattern: each, out: false}, on: true})),
        });
        const folded = new FoldedRecords(index);
        const opened = new Set<number>();
        for (const operation of script) {
          change(buffer, operation);
          if (operation.do === 'toggle') {
            const head = folded.at(buffer.firstId + operation.at)?.head;
            if (head === undefined) continue;
            if (!opened.delete(head)) opened.add(head);
            folded.setOpen(head, opened.has(head));
          } else if (operation.do === 'step') {
            shown.step(operation.maxBytes);
            for (const unfolded of [shown, allEntries(buffer)]) {
              const isHidden = (id: number) => {
                const head = index.headOf(id);
                const isLong = head >= buffer.firstId && index.long.get(head) !== undefined;
                return isLong && head !== id && !opened.has(head);
              };
              const rows = idsOf(unfolded).filter((id) => !isHidden(id));
              const entries = folded.entries(unfolded);
              expect(idsOf(entries)).toEqual(rows);
              for (let id = buffer.firstId - 1; id <= buffer.endId; id++) {
                expect(entries.atOrBefore(id)).toBe(rows.findLast((row) => row <= id));
                expect(entries.countFrom(id)).toBe(rows.filter((row) => row >= id).length);
              }
            }
          }
        }
      },
    ),
    {numRuns: runs},
  );
});
