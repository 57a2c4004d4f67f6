import type {Level} from './level.ts';

const words: Readonly<Record<Level, string>> = {
  TRACE: 'trace trc verbose finest finer v t',
  DEBUG: 'debug debug1 debug2 debug3 debug4 debug5 dbg fine config d',
  INFO: 'info information informational inf notice note log system i n',
  WARN: 'warn warning wrn w',
  ERROR: 'error err eror fatal ftl critical crit alert emergency emerg panic dpanic severe e f c',
};
const levelsOfWords = new Map(
  Object.entries(words).flatMap(([level, each]) => each.split(' ').map((word) => [word, level as Level] as const)),
);

/** The level that a word of any logger means, in any case; undefined for other words. */
export function levelOfWord(word: string): Level | undefined {
  return levelsOfWords.get(word.toLowerCase());
}

/** The level of a severity of syslog: 0 is an emergency, 7 debugging. */
export function levelOfSeverity(severity: number): Level | undefined {
  if (severity > 7) return undefined;
  return severity <= 3 ? 'ERROR' : severity === 4 ? 'WARN' : severity <= 6 ? 'INFO' : 'DEBUG';
}

/** The level of a number of bunyan and pino: 10 is `trace`, 60 `fatal`. Smaller ones mean something else in each logger. */
export function levelOfNumber(number: number): Level | undefined {
  const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'ERROR'] as const;
  return number < 10 ? undefined : levels[Math.floor(number / 10) - 1];
}
