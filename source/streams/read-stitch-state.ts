import {unknownCount} from '../stitch/entry-count.ts';
import type {StitchState} from '../stitch/stitch-state.ts';

/**
 * The stitch's state as a recording holds it. What is missing or damaged there makes the count unknown, which is always
 * true: then the bytes alone decide where the log goes on.
 */
export function readStitchState(value: unknown, pipelineId: string | undefined): StitchState {
  const fields = fieldsOf(value);
  const count = fieldsOf(fields.get('count'));
  const [min, max, partial] = [count.get('min'), count.get('max'), count.get('partial')];
  const form = count.get('form');
  const life = fields.get('life');
  const id = fields.get('pipelineId') ?? pipelineId;
  const isKnown = isIndex(min) && isIndex(max) && min <= max && typeof partial === 'string';
  return {
    count: isKnown
      ? {min, max, open: count.get('open') === true, partial, ...(form === 'control-plane' && {form})}
      : unknownCount,
    ...(isKnown && typeof life === 'string' && {life}),
    ...((!isKnown || fields.get('isLifeUnknown') === true) && {isLifeUnknown: true as const}),
    ...(typeof id === 'string' && {pipelineId: id}),
  };
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
