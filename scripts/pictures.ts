// Draws docs/pictures/*.svg: the built program, in a real terminal, on the demo server. `npm run pictures`.
import {mkdir, writeFile} from 'node:fs/promises';
import {picturesOf} from './pictures/pictures-of.ts';
import {pictureSize, scenes} from './pictures/scenes.ts';
import {openStage} from './pictures/stage.ts';

const folder = new URL('../docs/pictures/', import.meta.url);
await mkdir(folder, {recursive: true});
for (const scene of scenes) {
  await using stage = await openStage(scene.pipelines, pictureSize);
  await scene.play(stage);
  await stage.terminal.stable(1500);
  for (const [file, svg] of picturesOf(scene, stage.terminal)) await writeFile(new URL(file, folder), svg);
}
