import {pipelineOf} from '../../kit/screen/common.ts';
import type {Feature} from '../../kit/screen/screen.ts';

export const alerts: Feature = {
  keys: {
    everywhere: [
      {
        id: 'alert-once',
        needs: 'connection',
        keys: ['!'],
        help: 'alert once when the pipeline finishes compiling, starts, stops or fails',
        run(screen) {
          const name = pipelineOf(screen);
          if (name === undefined) return;
          if (!screen.eventTracker.alerts.toggleNotifyOnce(name)) {
            screen.say(`${name}: you will not be alerted when it next changes`);
            return;
          }
          screen.sayHint(`${name}: you will be alerted when it next changes`, 'alert-once', 'cancel');
        },
      },
    ],
  },
};
