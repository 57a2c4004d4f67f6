// Draws docs/pictures/*.svg: the built program, in a real terminal, on the demo server. `npm run pictures`.
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {filmsOf, picturesOf} from './pictures/pictures-of.ts';
import {castText, recordTour} from './pictures/recording.ts';
import {pictureSize, scenes} from './pictures/scenes.ts';
import {openStage} from './pictures/stage.ts';
import {tourSize, tourSteps} from './pictures/tour.ts';

const folder = new URL('../docs/pictures/', import.meta.url);
await mkdir(folder, {recursive: true});
for (const scene of scenes) {
  await using stage = await openStage(scene.pipelines, pictureSize);
  await scene.play(stage);
  await stage.terminal.stable(1500);
  for (const [file, svg] of picturesOf(scene, stage.terminal)) await writeFile(new URL(file, folder), svg);
}

const readme = await readFile(new URL('../readme.md', import.meta.url), 'utf8');
await using stage = await openStage([], tourSize);
const recording = await recordTour(stage, tourSteps(readme));
await writeFile(new URL('tour.cast', folder), castText(recording));
for (const [file, svg] of await filmsOf(recording)) await writeFile(new URL(file, folder), svg);
