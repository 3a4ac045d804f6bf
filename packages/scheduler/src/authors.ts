// Building blocks for authors of schedules: windows of steps and curves of alpha.
export { type Curve, curveOutcome } from './contract/curve.ts';
export { delayedWindow, type UpdateWindow, updateWindow, WINDOW_OPTIONS } from './contract/update-window.ts';
export { linearCurve } from './schedules/linear-alpha.ts';
