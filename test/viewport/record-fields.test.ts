import {describe, expect, it} from 'vitest';
import {parseRecord} from '../../source/records/parse-record.ts';
import {recordFields} from '../../source/viewport/record-fields.ts';

function fieldsOf(line: string) {
  const record = parseRecord(line);
  return record && recordFields(record, line);
}

describe('the fields of a record', () => {
  const head = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  ';

  it('are read from the end of a text line, quotes and escapes undone', () => {
    const line = `${head}slow disk path="/var log" quote="a \\"b\\"" tab="a\\tb" ms=12 ratio=0.5`;
    expect(fieldsOf(line)).toEqual([
      ['path', '/var log'],
      ['quote', 'a "b"'],
      ['tab', 'a\tb'],
      ['ms', '12'],
      ['ratio', '0.5'],
    ]);
  });

  it('stay as written where their escapes are not those of JSON', () => {
    expect(fieldsOf(`${head}x e="a\\u{1b}b"`)).toEqual([['e', 'a\\u{1b}b']]);
  });

  it('are read when there is no message', () => {
    expect(fieldsOf(`${head}a=1 b=2`)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('are id and name on lines of the runner', () => {
    const line =
      '[manager] 2026-11-25T09:08:47.069619Z  INFO pipeline_manager::runner: Fresh a=1 pipeline-id="01a2" pipeline-name="N/A"';
    expect(fieldsOf(line)).toEqual([
      ['pipeline-id', '01a2'],
      ['pipeline-name', 'N/A'],
    ]);
  });

  it('are none on other lines', () => {
    expect(fieldsOf(`${head}nothing but words`)).toEqual([]);
  });
});
