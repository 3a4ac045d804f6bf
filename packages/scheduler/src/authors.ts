// What authors of schedules build with: windows of steps and curves of alpha.
export { type Curve, curveOutcome } from './curve.ts';
export { linearCurve } from './linear-alpha.ts';
export { delayedWindow, type UpdateWindow, updateWindow, WINDOW_OPTIONS } from './update-window.ts';
