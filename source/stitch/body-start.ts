import {newline} from '../buffer/newlines.ts';
import {maxProtocolLine, type RunnerForm, readOpening} from './protocol-lines.ts';

/** What the first line of a body tells of the replay that follows. */
export type BodyStart = {
  /** Absolute index of the replay's first entry: as many were discarded before it. */
  readonly index: number;
  /** What has come of the replay. */
  readonly replay: Uint8Array;
  /** The replay's first line, without its newline, if it is a fresh start: the replay begins with entry 0. */
  readonly freshStart: Uint8Array | undefined;
  /** The pipeline's id in the line; undefined when the line is not the server's own, or names no pipeline. */
  readonly pipelineId: string | undefined;
  /** How the replay, and what follows it, shows the runner's entries. */
  readonly form: RunnerForm;
};

/** Reads a body's beginning, `head`. Undefined: more of its first line is needed. */
export function readBodyStart(head: Uint8Array): BodyStart | undefined {
  const end = head.indexOf(newline);
  if (end === -1 && head.length <= maxProtocolLine) return undefined;
  const line = end === -1 ? head : head.subarray(0, end);
  const opening = readOpening(line);
  switch (opening.kind) {
    case 'notice': {
      const {discarded: index, pipelineId, form} = opening;
      return {index, replay: head.subarray(end + 1), freshStart: undefined, pipelineId, form};
    }
    case 'fresh-start': {
      const {pipelineId, form} = opening;
      return {index: 0, replay: head, freshStart: new Uint8Array(line), pipelineId, form};
    }
    case 'entry':
      return {index: 0, replay: head, freshStart: undefined, pipelineId: undefined, form: 'manager'};
  }
}
