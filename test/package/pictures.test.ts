import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {cheatSheetPictures} from '../../scripts/pictures/cheat-sheet.ts';
import {filmSize, filmSteps} from '../../scripts/pictures/film-steps.ts';
import {colourIn, palettes} from '../../scripts/pictures/palettes.ts';
import {filmsOf, picturesOf} from '../../scripts/pictures/pictures-of.ts';
import {parseCast, screensOf} from '../../scripts/pictures/recording.ts';
import {plainStyle, type Run} from '../../scripts/pictures/runs.ts';
import {scenes, sizeOf} from '../../scripts/pictures/scenes.ts';
import {openStage} from '../../scripts/pictures/stage.ts';
import {drawSvg} from '../../scripts/pictures/svg.ts';
import {eventually} from '../harness/eventually.ts';
import {root} from '../harness/program.ts';

const folder = path.join(root, 'docs/pictures');

test('every picture has its scene', async () => {
  const names = [...scenes.map(({name}) => name), 'cheat-sheet', 'film'];
  const wanted = names.flatMap((name) => Object.keys(palettes).map((tone) => `${name}-${tone}.svg`));
  expect((await readdir(folder)).toSorted()).toEqual(['film.cast', ...wanted].toSorted());
});

test.each(scenes)('docs/pictures/$name is what the program shows (npm run pictures)', async (scene) => {
  const drawn = new Map<string, string>();
  for (const tone of Object.keys(palettes)) {
    const file = `${scene.name}-${tone}.svg`;
    drawn.set(file, await readFile(path.join(folder, file), 'utf8'));
  }
  await using stage = await openStage(scene.pipelines, sizeOf(scene));
  await scene.play(stage);
  const now = () => picturesOf(scene, stage.terminal);
  const same = () => [...now()].every(([file, svg]) => svg === drawn.get(file));
  // The screen comes to rest in its own time; what it then shows is no question of time.
  const arrived = await eventually(same, () => '').catch(() => false);
  if (!arrived) expect(now()).toEqual(drawn);
});

test('the cheat sheet is drawn from the table of keys (npm run pictures)', async () => {
  for (const [file, svg] of cheatSheetPictures()) {
    expect((await readFile(path.join(folder, file), 'utf8')) === svg, file).toBe(true);
  }
});

describe('the film', async () => {
  const recording = parseCast(await readFile(path.join(folder, 'film.cast'), 'utf8'));
  const screens = await screensOf(recording);

  test('it shows each step with its caption, from the first moment on, in a quarter of a minute', () => {
    expect(recording).toMatchObject(filmSize);
    expect([...new Set(screens.map(({caption}) => caption))]).toEqual(filmSteps.map(({caption}) => caption));
    for (const {caption, seen} of filmSteps) {
      const shown = screens.filter((screen) => screen.caption === caption).map(({text}) => text);
      expect(shown.join('\n'), caption).toContain(seen);
    }
    expect(screens[0]).toMatchObject({from: 0, text: expect.stringContaining('LIVE')});
    expect(screens.at(-1)?.from).toBeLessThan(15);
  });

  test('the animated pictures are drawn from it (npm run pictures)', async () => {
    for (const [file, svg] of await filmsOf(recording)) {
      // Not `toBe`: a difference of 300 kB is no message.
      expect((await readFile(path.join(folder, file), 'utf8')) === svg, file).toBe(true);
    }
  });
});

describe('drawing', () => {
  const draw = (run: Run): string => drawSvg([[run]], 10, 'a <title>', palettes.dark);

  test('a run starts at its column, as wide as its cells, without the blanks around it', () => {
    const svg = draw({text: '  a<b  c ', column: 1, cells: 9, style: plainStyle});
    expect(svg).toContain('<title>a &lt;title&gt;</title>');
    expect(svg).toContain('<text x="37.2" y="25.5" textLength="25.2" lengthAdjust="spacingAndGlyphs">a&lt;b</text>');
    expect(svg).toContain('<text x="79.2" y="25.5" textLength="8.4" lengthAdjust="spacingAndGlyphs">c</text>');
  });

  test('a wide character keeps its two cells', () => {
    expect(draw({text: '語', column: 0, cells: 2, style: plainStyle})).toContain('textLength="16.8"');
  });

  test('inverse swaps the colours, the ones of the terminal too', () => {
    const {fg, bg, hues} = palettes.dark;
    const inverse = draw({text: 'x', column: 0, cells: 1, style: {...plainStyle, inverse: true}});
    expect(inverse).toContain(`fill="${fg}"/>`);
    expect(inverse).toContain(`fill="${bg}">x</text>`);
    const red = draw({text: 'x', column: 0, cells: 1, style: {...plainStyle, fg: 'red', inverse: true}});
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
