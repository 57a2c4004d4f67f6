import {expect, test} from 'vitest';
import {clipboardRoutes} from '../../source/take/clipboard-route.ts';

const tmux = '/tmp/tmux-1000/default,1,0';
const ssh = '10.0.0.1 5000 10.0.0.2 22';

test.for<[string, Record<string, string>, string, string[]]>([
  ['a bare terminal', {}, 'linux', ['OSC 52']],
  ['Wayland', {WAYLAND_DISPLAY: 'wayland-0'}, 'linux', ['wl-copy', 'OSC 52']],
  ['Wayland with XWayland', {WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0'}, 'linux', ['wl-copy', 'xclip', 'OSC 52']],
  ['X11', {DISPLAY: ':0'}, 'linux', ['xclip', 'OSC 52']],
  ['macOS', {}, 'darwin', ['pbcopy', 'OSC 52']],
  ['macOS with XQuartz', {DISPLAY: '/private/tmp/x:0'}, 'darwin', ['pbcopy', 'OSC 52']],
  ['SSH', {SSH_TTY: '/dev/pts/3', SSH_CONNECTION: ssh}, 'linux', ['OSC 52']],
  ['SSH with a forwarded display', {SSH_CONNECTION: ssh, DISPLAY: 'localhost:10.0'}, 'linux', ['OSC 52']],
  ['SSH into a Mac', {SSH_TTY: '/dev/ttys001'}, 'darwin', ['OSC 52']],
  ['tmux', {TMUX: tmux}, 'linux', ['tmux', 'OSC 52']],
  ['tmux over SSH', {TMUX: tmux, SSH_CONNECTION: ssh}, 'linux', ['tmux', 'OSC 52']],
  ['tmux on a desktop', {TMUX: tmux, DISPLAY: ':0'}, 'linux', ['tmux', 'xclip', 'OSC 52']],
  ['variables set to nothing', {TMUX: '', SSH_TTY: '', WAYLAND_DISPLAY: '', DISPLAY: ''}, 'linux', ['OSC 52']],
])('%s', ([, env, platform, routes]) => {
  expect(clipboardRoutes({env, platform})).toEqual(routes);
});
