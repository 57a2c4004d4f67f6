import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {guideEntries} from '../../source/kit/words/guide.ts';
import {felderaForAll, needsOwnServer, programOf} from './suite.ts';

felderaForAll();

/** Where Feldera's own programs have the parts of a text; undefined: in none that is here, only its guide has it. */
const parts: Readonly<
  Record<string, readonly ['pipeline-manager' | 'real-pipeline', ...(readonly string[])] | undefined>
> = {
  // Of delta-rs, which the engine here is built without.
  "Number of checkpoint files '0' is not equal to number of checkpoint metadata parts 'None'": undefined,
  // Of the runner on Kubernetes, which is not public.
  'likely caused by an Out-Of-Memory (OOM) crash': undefined,
  'StdIo(StorageFull)': ['real-pipeline', 'StdIo', 'StorageFull'],
  'Unable to write to the binary store: the storage volume is full': [
    'pipeline-manager',
    'Unable to write to the binary store: ',
    'the storage volume is full; an operator',
  ],
  'Unable to write to the binary store: the storage volume is read-only': [
    'pipeline-manager',
    'Unable to write to the binary store: ',
    'the storage volume is read-only, which',
  ],
  // Of the C library: test/kit/words/guide.test.ts finds it in a recording.
  'No space left on device': undefined,
};

test("Feldera's own programs have the texts that its guide explains", async (context) => {
  needsOwnServer(context);
  expect(Object.keys(parts)).toEqual(guideEntries.map(({text}) => text));
  for (const name of ['pipeline-manager', 'real-pipeline'] as const) {
    const program = await readFile(await programOf(name));
    const wanted = Object.values(parts).flatMap((each) => (each?.[0] === name ? each.slice(1) : []));
    expect(wanted.filter((text) => !program.includes(text))).toEqual([]);
  }
});
