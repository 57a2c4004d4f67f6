import type {ColorDepth} from '../terminal/color.ts';
import {type Symbols, symbolsFor} from '../terminal/symbols.ts';

export type TerminalFacts = {
  /** Why there can be no screen here, in one line. */
  readonly problem: string | undefined;
  readonly depth: ColorDepth;
  readonly symbols: Symbols;
  readonly isUtf8: boolean;
};

const depths: Readonly<Record<number, ColorDepth>> = {1: 'none', 4: '16', 8: '256', 24: 'truecolor'};

/** What the terminal can do, from its streams and the environment. */
export function readTerminal({stdin, stdout, env}: NodeJS.Process): TerminalFacts {
  return {
    problem: problemWith(stdin.isTTY && stdout.isTTY, env.TERM),
    depth: env.NO_COLOR ? 'none' : (depths[stdout.isTTY ? stdout.getColorDepth(env) : 1] ?? '16'),
    symbols: symbolsFor(isUtf8(env)),
    isUtf8: isUtf8(env),
  };
}

function problemWith(isTty: boolean, term: string | undefined): string | undefined {
  if (!isTty) return 'the screen needs a terminal · use pipetail logs <pipeline> in a pipe';
  if (term === 'dumb') return 'the screen needs more than TERM=dumb · use pipetail logs <pipeline>';
  return undefined;
}

/** The locale that holds for characters: LC_ALL, else LC_CTYPE, else LANG. */
function isUtf8(env: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
