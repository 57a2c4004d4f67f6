import type {Finding} from '../../kit/facts/finding.ts';
import {adviceWords} from '../../kit/words/guide.ts';
import {dateTime, timeOrNull} from '../../lib/format.ts';

/** `log · since 06:12:05 · last at 06:14:10 · 614 errors · nothing is read from it`. */
export function formatDetails(
  {source, since, last, often, stops}: Finding,
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

/** The lines of a finding in a text. */
export function findingLines(finding: Finding): readonly string[] {
  const {text, advice} = finding;
  return [`${text} (${formatDetails(finding)})`, ...(advice ? [`  ${adviceWords(advice)}`] : [])];
}

/** Converts a finding for scripts, as in docs/json-schema.json: what is not known is null. */
export function findingObject({severity, text, source, since, last, often, stops, advice}: Finding) {
  return {
    severity,
    text,
    source,
    since: timeOrNull(since),
    last: timeOrNull(last),
    often: often ?? null,
    stops: stops ?? null,
    guide: advice ?? null,
  };
}
