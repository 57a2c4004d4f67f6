import {masked} from '../../lib/secrets.ts';
import {readLine} from '../viewport/line-text.ts';

/** Feldera's words for one that failed (`dbsp_adapters`, controller.rs), of level WARN. */
const failedPattern = /^checkpoint failed: (.*)/s;
/**
 * Feldera's words where a checkpoint was made, and older ones are removed (`dbsp`, checkpointer.rs): no other line
 * tells of it, and none does before there are three.
 */
const madePattern = /^cleaned up \d+ checkpoints; exception list: /;
const words = ['checkpoint failed: ', ' checkpoints; exception list: '].map((text) => Buffer.from(text));

/** Reads how a checkpoint ended, and why it failed; undefined: the line does not tell. */
export function checkpointEndIn(line: Buffer): 'made' | {readonly failed: string} | undefined {
  if (!words.some((each) => line.includes(each))) return undefined;
  const {asSent, record} = readLine(line);
  if (record?.source !== 'pipeline') return undefined;
  const message =
    record.format === 'json' ? record.message : asSent.text.slice(record.messageStart, record.fieldsStart);
  if (madePattern.test(message)) return 'made';
  const reason = record.level === 'WARN' ? failedPattern.exec(message)?.[1] : undefined;
  return reason === undefined ? undefined : {failed: masked(reason)};
}
