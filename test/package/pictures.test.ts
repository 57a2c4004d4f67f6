import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {colourIn, palettes} from '../../scripts/pictures/palettes.ts';
import {filmsOf, picturesOf} from '../../scripts/pictures/pictures-of.ts';
import {parseCast, screensOf} from '../../scripts/pictures/recording.ts';
import type {Run} from '../../scripts/pictures/runs.ts';
import {pictureSize, scenes} from '../../scripts/pictures/scenes.ts';
import {openStage} from '../../scripts/pictures/stage.ts';
import {drawSvg} from '../../scripts/pictures/svg.ts';
import {tourSize, tourSteps} from '../../scripts/pictures/tour.ts';
import {eventually} from '../harness/eventually.ts';
import {root} from '../harness/program.ts';

const folder = path.join(root, 'docs/pictures');

test('every picture has its scene', async () => {
  const names = [...scenes.map(({name}) => name), 'tour'];
  const wanted = names.flatMap((name) => Object.keys(palettes).map((tone) => `${name}-${tone}.svg`));
  expect((await readdir(folder)).toSorted()).toEqual(['tour.cast', ...wanted].toSorted());
});

test.each(scenes)('docs/pictures/$name is what the program shows (npm run pictures)', async (scene) => {
  const drawn = new Map<string, string>();
  for (const tone of Object.keys(palettes)) {
    const file = `${scene.name}-${tone}.svg`;
    drawn.set(file, await readFile(path.join(folder, file), 'utf8'));
  }
  await using stage = await openStage(scene.pipelines, pictureSize);
  await scene.play(stage);
  const now = () => picturesOf(scene, stage.terminal);
  const same = () => [...now()].every(([file, svg]) => svg === drawn.get(file));
  // The screen comes to rest in its own time; what it then shows is no question of time.
  const arrived = await eventually(same, () => '').catch(() => false);
  if (!arrived) expect(now()).toEqual(drawn);
});

describe('the recording of the tour', async () => {
  const recording = parseCast(await readFile(path.join(folder, 'tour.cast'), 'utf8'));
  const screens = await screensOf(recording);

  test('it shows what the tour of the readme promises, step by step', async () => {
    const steps = tourSteps(await readFile(path.join(root, 'readme.md'), 'utf8'));
    expect(recording).toMatchObject(tourSize);
    const ends = screens.filter(({step}) => step !== undefined);
    expect(ends.map(({step}) => step)).toEqual(steps.map(({keys}) => keys.join(' ')));
    for (const [index, {seen}] of steps.entries()) {
      for (const text of seen) expect(ends[index]?.text).toContain(text);
    }
    expect(screens.at(-1)?.from).toBeGreaterThan(15);
    expect(screens.at(-1)?.from).toBeLessThan(30);
  });

  test('the animated pictures are drawn from it (npm run pictures)', async () => {
    for (const [file, svg] of await filmsOf(recording)) {
      // Not `toBe`: a difference of 300 kB is no message.
      expect((await readFile(path.join(folder, file), 'utf8')) === svg, file).toBe(true);
    }
  });
});

describe('drawing', () => {
  const plain = {
    ...{fg: undefined, bg: undefined},
    ...{bold: false, dim: false, italic: false, underline: false, inverse: false},
  };
  const draw = (run: Run): string => drawSvg([[run]], 10, 'a <title>', palettes.dark);

  test('a run starts at its column, as wide as its cells, without the blanks around it', () => {
    const svg = draw({text: '  a<b  c ', column: 1, cells: 9, style: plain});
    expect(svg).toContain('<title>a &lt;title&gt;</title>');
    expect(svg).toContain('<text x="37.2" y="25.5" textLength="25.2" lengthAdjust="spacingAndGlyphs">a&lt;b</text>');
    expect(svg).toContain('<text x="79.2" y="25.5" textLength="8.4" lengthAdjust="spacingAndGlyphs">c</text>');
  });

  test('a wide character keeps its two cells', () => {
    expect(draw({text: '語', column: 0, cells: 2, style: plain})).toContain('textLength="16.8"');
  });

  test('inverse swaps the colours, the ones of the terminal too', () => {
    const {fg, bg, hues} = palettes.dark;
    const inverse = draw({text: 'x', column: 0, cells: 1, style: {...plain, inverse: true}});
    expect(inverse).toContain(`fill="${fg}"/>`);
    expect(inverse).toContain(`fill="${bg}">x</text>`);
    const red = draw({text: 'x', column: 0, cells: 1, style: {...plain, fg: 'red', inverse: true}});
    expect(red).toContain(`fill="${hues.red}"/>`);
  });

  test.each([
    ['palette-16', '#000000'],
    ['palette-110', '#87afd7'],
    ['palette-231', '#ffffff'],
    ['palette-232', '#080808'],
    ['palette-255', '#eeeeee'],
    ['#123456', '#123456'],
  ])('%s of 256 colours is %s', (colour, wanted) => {
    expect(colourIn(palettes.light, colour)).toBe(wanted);
  });

  test('an unknown colour is an error', () => {
    expect(() => colourIn(palettes.light, 'mauve')).toThrow('no such colour: mauve');
  });
});
