import {expect, test} from 'vitest';
import {reportModes, restoreSequence} from '../../source/screen/report-modes.ts';

test.each([false, true])(
  'what is switched on is switched off again, and by the restoring as well (mouse: %s)',
  (mouse) => {
    const written: string[] = [];
    const modes = reportModes({write: (text) => written.push(text)}, {mouse});
    modes.on();
    modes.off();
    const [on = '', off = ''] = written;
    const asked = [...on.matchAll(/\?(\d+)h/g)].map(([, mode]) => mode);
    expect(asked).toEqual(mouse ? ['1004', '1002', '1006'] : ['1004']);
    expect(off).toBe(on.replaceAll('h', 'l'));
    for (const mode of asked) expect(restoreSequence).toContain(`\u001B[?${mode}l`);
  },
);
