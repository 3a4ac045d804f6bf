// The schedule that never compresses.
import { defineSchedule, type ScheduleOptions } from '../contract/define-schedule.ts';

/**
 * No update is ever due and alpha stays 1: the matrix trains uncompressed.
 *
 * Porting note: `UpdateOptions.NO_UPDATE`.
 */
export const neverUpdate = defineSchedule<ScheduleOptions>({
  kind: 'never',
  name: 'neverUpdate',
  optionNames: [],
  create: () => ({
    options: {},
    zeroStep: undefined,
    warnings: [],
    isDue: () => false,
    alpha: () => 1,
    delayed: () => ({}),
  }),
});
