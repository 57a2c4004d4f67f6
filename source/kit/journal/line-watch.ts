import type {Pattern} from '../../engine/buffer/pattern.ts';
import {MatchReader} from '../../engine/buffer/search.ts';
import type {Log} from '../../engine/logs/log.ts';
import {watchPatternKey} from '../../engine/records/error-log.ts';
import {timeOfBytes} from '../../engine/records/line-head.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import {awaitsMessage, panicText} from '../../engine/records/panic.ts';
import {TimesAbove} from '../../engine/records/times-above.ts';
import type {Clock} from '../../lib/clock.ts';
import {SliceRunner} from '../../lib/slices.ts';

type LineWatchOptions = {
  readonly pattern: Pattern;
  readonly clock: Clock;
  /** The pattern takes too long, so no more lines are found: one sentence for the user, who relies on them. */
  readonly onStopped: (text: string) => void;
};

type WatchedLog = Pick<Log, 'buffer' | 'errors'> & {readonly snapshot: Pick<Log['snapshot'], 'subscribe'>};

/** `at`: Unix time in ms. */
type WatchEnd = {readonly at: number; readonly text: string};

const stoppedWords =
  '--watch has stopped, and so have its alerts: the pattern takes too long for these lines · ' +
  'write it without a repeat inside a repeat';

/** Finds the lines that match a pattern in all open logs, and counts them as errors of their logs. */
export class LineWatch {
  readonly #options: LineWatchOptions;
  #end: WatchEnd | undefined;

  constructor(options: LineWatchOptions) {
    this.#options = options;
  }

  /** Why it has stopped; undefined: it has not. */
  get end(): WatchEnd | undefined {
    return this.#end;
  }

  /** Adds lines that match to the stream's errors, a little after they came, until the returned function is called. */
  follow({buffer, errors, snapshot}: WatchedLog, onFound: () => void): () => void {
    const {pattern, clock} = this.#options;
    const times = new TimesAbove(buffer);
    let found = false;
    const lines = new MatchReader(buffer, pattern, (line, id) => {
      const isPanic = isPanicLine(line, 0, line.length);
      // What it says is in the next line.
      if (isPanic && awaitsMessage(line) && id + 1 === buffer.endedTo) return false;
      const text = isPanic ? panicText(line, buffer.lineAt(id + 1)) : line;
      errors.add(text, {id, at: timeOfBytes(text) ?? times.of(id) ?? clock.wall(), key: watchPatternKey});
      found = true;
      return true;
    });
    const runner = new SliceRunner({
      clock,
      step: (maxBytes) => lines.step(maxBytes),
      onSlice: () => {
        if (found) onFound();
        found = false;
        if (pattern.isStopped) this.#stop();
      },
    });
    const unsubscribe = snapshot.subscribe(() => runner.wake());
    runner.wake();
    return () => {
      unsubscribe();
      runner.dispose();
    };
  }

  #stop(): void {
    if (this.#end) return;
    const {clock, onStopped} = this.#options;
    this.#end = {at: clock.wall(), text: stoppedWords};
    onStopped(stoppedWords);
  }
}
