import {expect, it} from 'vitest';
import {symbolsFor} from '../../source/terminal/symbols.ts';
import {textWidth} from '../../source/terminal/width.ts';
import {bannerText} from '../../source/ui/banner-text.ts';
import {deploymentError, makePipeline, stopped} from './make-pipeline.ts';

const symbols = symbolsFor(true);
const failed = makePipeline('etl', {...stopped, deploymentError});

it('says what is wrong, in the cause of the error, and how to read all of it', () => {
  expect(bannerText(failed, {width: 100, symbols, key: 'd'})?.text).toBe(
    ' ✗ Failed: Pipeline process exited with exit status: 101  d: in full ',
  );
  const unstarted = makePipeline('etl', {...stopped, deploymentError: {...deploymentError, endedStart: true}});
  expect(bannerText(unstarted, {width: 100, symbols, key: 'd'})?.text).toMatch(/^ ✗ Start failed: Pipeline process/);
  const broken = makePipeline('etl', {...stopped, programStatus: 'SqlError'});
  expect(bannerText(broken, {width: 100, symbols, key: 'd'})?.text).toBe(' ✗ SQL error  d: in full ');
});

it('says nothing about a pipeline that is well, or not there', () => {
  expect(bannerText(makePipeline('orders'), {width: 100, symbols, key: 'd'})).toBeUndefined();
  expect(bannerText(makePipeline('orders', stopped), {width: 100, symbols, key: 'd'})).toBeUndefined();
  expect(bannerText(undefined, {width: 100, symbols, key: 'd'})).toBeUndefined();
});

it('fits every pane, its hint is never cut, and no control character gets through', () => {
  const cause = `\u001B]0;x\u0007 日本語 ${'word '.repeat(60)}\nmore`;
  const hostile = makePipeline('etl', {...stopped, deploymentError: {...deploymentError, cause}});
  for (let width = 25; width <= 210; width++) {
    const text = bannerText(hostile, {width, symbols, key: 'd'})?.text ?? '';
    expect(textWidth(text)).toBeLessThanOrEqual(width);
    expect(text).toMatch(/… {2}d: in full $/);
    expect(text).not.toMatch(/\p{Cc}/u);
  }
});
