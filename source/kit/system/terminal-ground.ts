import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore, type Store} from '../../lib/store.ts';
import type {TerminalReport} from './terminal-input.ts';

/** Shade of the terminal's ground; undefined: unknown. */
export type Shade = 'dark' | 'light' | undefined;

/**
 * Asks for the ground (OSC 11), then for the attributes (DA1). Every terminal answers DA1, and answers in order: after that
 * answer, no answer about the ground comes. OSC 11 ends with BEL: if it ended otherwise, old versions of rxvt-unicode would
 * end their answer with half of a sequence.
 */
const question = '\u001B]11;?\u0007\u001B[c';
/** Milliseconds until no answer is expected any more. */
const patience = 5000;
/** Their consoles would show the question, or drop it. */
const cannotAnswer = /^(?:dumb|linux|cons|vt\d)/;

/** The ground of the terminal: it is asked once, behind the first frame, and nothing waits for its answer. */
export class TerminalGround {
  readonly #env: NodeJS.ProcessEnv;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #shade: Store<Shade>;
  /** Until the terminal answers, and where it does not: what the environment tells. */
  readonly shade: ReadableStore<Shade>;
  readonly #settled = Promise.withResolvers<void>();
  #state: 'unasked' | 'awaited' | 'settled' = 'unasked';

  constructor(env: NodeJS.ProcessEnv, clock: Pick<Clock, 'after'>) {
    this.#env = env;
    this.#clock = clock;
    this.#shade = createStore(shadeIn(env));
    this.shade = this.#shade;
  }

  /** An answer may come. */
  get isAwaited(): boolean {
    return this.#state === 'awaited';
  }

  /** Does nothing where the terminal cannot answer, and once it was asked. `write`: false if nothing was written. */
  ask(write: (sequence: string) => boolean): void {
    const {TERM = '', TMUX, STY} = this.#env;
    // GNU screen answers DA1 itself and passes OSC 11 on: the answer is read in whichever window is shown by then.
    const isInScreen = STY !== undefined || (TERM.startsWith('screen') && TMUX === undefined);
    if (this.#state !== 'unasked' || isInScreen || cannotAnswer.test(TERM) || !write(question)) return;
    this.#state = 'awaited';
    const cancel = this.#clock.after(patience, this.#settled.resolve);
    void this.#settled.promise.then(() => {
      cancel();
      this.#state = 'settled';
    });
  }

  onReport(report: Extract<TerminalReport, {kind: 'ground' | 'attributes'}>): void {
    if (report.kind === 'attributes') this.#settled.resolve();
    else this.#shade.set(shadeOf(report.color));
  }

  /** Resolves when no answer is on its way, or after 5 s: another program would read it. */
  async end(): Promise<void> {
    if (this.isAwaited) await this.#settled.promise;
  }
}

function shadeOf([red, green, blue]: readonly [number, number, number]): Shade {
  return red * 0.3 + green * 0.59 + blue * 0.11 > 128 ? 'light' : 'dark';
}

/** `COLORFGBG` of rxvt, Konsole and others: numbers of the sixteen colours, the ground last. The Linux console is black. */
function shadeIn({COLORFGBG = '', TERM}: NodeJS.ProcessEnv): Shade {
  const [, ground] = /;(\d{1,2})$/.exec(COLORFGBG) ?? [];
  if (ground !== undefined) return Number(ground) === 7 || Number(ground) > 8 ? 'light' : 'dark';
  return TERM === 'linux' ? 'dark' : undefined;
}
