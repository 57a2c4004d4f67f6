import {colorChoices, levelChoices, oneOf} from './choices.ts';
import {parseDuration} from './durations.ts';
import {readExpression} from './expression.ts';
import type {GivenOptions} from './given.ts';
import {type NamesAsked, readNames} from './name-pattern.ts';
import {type LogsForm, outputForms} from './output-forms.ts';
import {atLeast, parseInteger, parseSize} from './sizes.ts';
import {readTemplate, type Template} from './template.ts';
import {UsageError} from './usage-error.ts';

/** Which records of a log are wanted. Patterns and times as typed. */
export type Selection = {
  /** Of the catch-up, only so many of the last that pass. */
  readonly tail: number | undefined;
  readonly since: string | undefined;
  readonly grep: string | undefined;
  readonly exclude: string | undefined;
  readonly level: string | undefined;
};

export type LogsRequest = NamesAsked & {
  readonly kind: 'logs';
  readonly follow: boolean;
  readonly exitOnEnd: boolean;
  readonly prefix: boolean;
  readonly stripColor: boolean;
  readonly spillBytes: number;
  /** Print the recordings in this folder instead. */
  readonly from: string | undefined;
  readonly select: Selection;
  readonly output: LogsForm;
  readonly template: Template | undefined;
  readonly timestamps: boolean;
  /** A pattern, as typed. */
  readonly exitOn: string | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
};

const mostTail = 1_000_000;

/** Reads what `logs` was asked for. Throws `UsageError`. */
export function readLogsRequest(words: readonly string[], given: GivenOptions): LogsRequest {
  const {has, value, required, isOn, nameOf} = given;
  if (words.length === 0) throw new UsageError('logs needs at least one pipeline: pipetail logs <pipeline…>');
  const {names, patterns} = readNames(words);
  const color = oneOf(nameOf('color'), required('color'), colorChoices);
  const from = value('from');
  for (const other of ['follow', 'exit-on-end', 'record', 'demo', 'timeout'] as const) {
    if (from !== undefined && has(other)) {
      throw new UsageError(`--${other} does not go with --from, which prints what is there and ends`);
    }
  }
  const [pattern] = patterns;
  if (from !== undefined && pattern) {
    throw new UsageError(`'${pattern.source}' does not go with --from, which takes names`);
  }
  const level = value('level')?.toLowerCase();
  const timeout = value('timeout');
  return {
    kind: 'logs',
    names,
    patterns,
    follow: has('follow'),
    exitOnEnd: has('exit-on-end'),
    prefix: !isOn('no-prefix'),
    stripColor: color === 'never',
    from,
    spillBytes: atLeast(parseSize(required('spill'), nameOf('spill')), 8 * 1024 ** 2, nameOf('spill'), '8MiB'),
    select: {
      tail: parseTail(value('tail')),
      since: value('since'),
      grep: patternOf('grep'),
      exclude: patternOf('exclude'),
      level: level === undefined ? undefined : oneOf(nameOf('level'), level, levelChoices),
    },
    ...readShape(given),
    exitOn: patternOf('exit-on'),
    timeout: timeout === undefined ? undefined : parseDuration(timeout, '--timeout'),
  };

  function patternOf(flag: 'grep' | 'exclude' | 'exit-on'): string | undefined {
    const source = value(flag);
    return source === undefined ? undefined : readExpression(source, `--${flag}`);
  }
}

/** The shape of what is printed; shapes that rule each other out are named. */
function readShape({has, value}: GivenOptions): Pick<LogsRequest, 'output' | 'template' | 'timestamps'> {
  const output = oneOf('--output', value('output') ?? 'raw', outputForms.logs);
  const template = value('template');
  const timestamps = has('timestamps');
  if (output !== 'raw') {
    if (template !== undefined) throw new UsageError(`--template does not go with --output ${output}`);
    if (timestamps) throw new UsageError(`--timestamps does not go with --output ${output}`);
  }
  if (template !== undefined && timestamps) {
    throw new UsageError('--timestamps does not go with --template · write {time} where the time should be');
  }
  if (output === 'markdown' && has('follow') && !has('exit-on-end') && !has('timeout') && !has('exit-on')) {
    throw new UsageError(
      '--output markdown is written at the end, which --follow has not · leave it out, or give --timeout',
    );
  }
  return {output, template: template === undefined ? undefined : readTemplate(template), timestamps};
}

/** -1 is all, as with kubectl and stern. */
function parseTail(text: string | undefined): number | undefined {
  return text === undefined || text === '-1' ? undefined : parseInteger(text, '--tail', {min: 0, max: mostTail});
}
