import fc from 'fast-check';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import type {StyledText} from '../../../source/kit/terminal/styled-text.ts';

const {PIPETAIL_RUNS} = process.env;

/** How often a property is tried; `PIPETAIL_RUNS` raises it. */
export const numRuns = Number(PIPETAIL_RUNS ?? 300);

/** Raw log text, with lone surrogates, controls, wide and combining characters and SGR sequences among it. */
export const rawText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({maxLength: 12}),
      fc.string({unit: 'binary', maxLength: 3}),
      fc.integer({min: 0, max: 0xffff}).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        '\t',
        '\r',
        '日本',
        '🚀',
        'e\u0301',
        '👨\u200d👩',
        'का',
        '\u1112\u1161\u11ab',
        '\u202e',
        '\x1b]0;t\x07',
      ),
      fc.constantFrom('\x1b[31m', '\x1b[0m', '\x1b[1;7m', '\x1b[48;5;200m', '\x1b[38:2::1:2:3m'),
    ),
    {maxLength: 12},
  )
  .map((parts) => parts.join(''));

/** Sanitised text. */
export const styledText: fc.Arbitrary<StyledText> = rawText.map(sanitise);
