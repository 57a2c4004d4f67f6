// Draws docs/pictures/*.svg: the built program, in a real terminal, on the demo server. `npm run pictures`; some of them:
// `npm run pictures log film`.
import {mkdir, writeFile} from 'node:fs/promises';
import {cheatSheetPictures} from './pictures/cheat-sheet.ts';
import {filmPipelines, filmSize, filmSteps} from './pictures/film-steps.ts';
import {filmsOf, picturesOf} from './pictures/pictures-of.ts';
import {castText, recordFilm} from './pictures/recording.ts';
import {scenes, sizeOf} from './pictures/scenes.ts';
import {openStage} from './pictures/stage.ts';

const folder = new URL('../docs/pictures/', import.meta.url);
await mkdir(folder, {recursive: true});

const names = process.argv.slice(2);
const isWanted = (name: string): boolean => names.length === 0 || names.includes(name);

for (const scene of scenes.filter(({name}) => isWanted(name))) {
  await using stage = await openStage(scene.pipelines, sizeOf(scene));
  await scene.play(stage);
  await stage.terminal.stable(1500);
  await write(picturesOf(scene, stage.terminal));
}

if (isWanted('cheat-sheet')) await write(cheatSheetPictures());

if (isWanted('film')) {
  await using stage = await openStage(filmPipelines, filmSize);
  const recording = await recordFilm(stage, filmSteps);
  await writeFile(new URL('film.cast', folder), castText(recording));
  await write(await filmsOf(recording));
}

async function write(pictures: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, svg] of pictures) await writeFile(new URL(file, folder), svg);
}
