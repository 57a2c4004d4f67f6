import {levelOf} from '../records/level.ts';
import type {View} from '../settings/read-view.ts';
import type {ViewWish} from '../ui/start-view.ts';

/** What the settings say of the view, as the screen has it. */
export function wishOf({level, ...rest}: Partial<View>): ViewWish {
  const least = levelOf(level?.toUpperCase());
  return {...rest, ...(least !== undefined && {level: least})};
}
