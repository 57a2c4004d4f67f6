// Writes man/pipetail.1: `npm run docs`.
import {mkdir, writeFile} from 'node:fs/promises';
import manifest from '../package.json' with {type: 'json'};
import {keyWords} from '../source/ui/keys/commands.ts';
import {allCommands} from '../source/ui/pages/registry.ts';
import {manPage} from './man/man-page.ts';

const folder = new URL('../man/', import.meta.url);
await mkdir(folder, {recursive: true});
await writeFile(new URL('pipetail.1', folder), manPage(manifest.version, keyWords(allCommands)));
