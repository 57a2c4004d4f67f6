import {dateTime, isoTime} from '../../lib/format.ts';
import {adviceWords} from '../words/guide.ts';
import type {Statement} from './statement.ts';

/** `log · since 06:12:05 · last at 06:14:10 · 614 errors · nothing is read from it`. */
export function detailWords(
  {source, since, last, often, stops}: Statement,
  timeOf: (at: number) => string = (at) => `${dateTime(at)} UTC`,
): string {
  const isOnce = since !== undefined && last !== undefined && timeOf(since) === timeOf(last);
  const parts = [
    source,
    since === undefined ? '' : `since ${timeOf(since)}`,
    last === undefined || isOnce ? '' : `last at ${timeOf(last)}`,
    ...[often ?? '', stops ?? ''],
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** A statement of one pipeline in a text, each with the name of a fact. */
export function statementFacts(statements: readonly Statement[]): readonly (readonly [name: string, value: string])[] {
  return statements.flatMap((statement) => {
    const {key, text, advice} = statement;
    return [
      [key === 'pipeline' ? 'state' : 'why', `${text} (${detailWords(statement)})`] as const,
      ...(advice ? [["Feldera's guide", `${advice.sentence} · ${advice.address}`] as const] : []),
    ];
  });
}

/** The lines of a statement in a text. */
export function statementLines(statement: Statement): readonly string[] {
  const {text, advice} = statement;
  return [`${text} (${detailWords(statement)})`, ...(advice ? [`  ${adviceWords(advice)}`] : [])];
}

/** For scripts, as in docs/json-schema.json: what is not known is null. */
export function statementObject({severity, text, source, since, last, often, stops, advice}: Statement) {
  const timeOf = (at: number | undefined) => (at === undefined ? null : isoTime(at));
  return {
    ...{severity, text, source, since: timeOf(since), last: timeOf(last), often: often ?? null, stops: stops ?? null},
    guide: advice ?? null,
  };
}
