import { type CompressionSchedule, initialScheduleState, type ScheduleState } from '../src/index.ts';

export interface Update {
  readonly step: number;
  readonly compress: boolean;
  readonly alpha: number;
}

/** What a schedule does when it is asked at each of these steps. */
export function run(
  schedule: CompressionSchedule,
  steps: Iterable<number>,
  from: ScheduleState = initialScheduleState,
): { readonly updates: Update[]; readonly state: ScheduleState } {
  const updates: Update[] = [];
  let state = from;
  for (const step of steps) {
    const { due, compress, state: next } = schedule.update(step, state);
    state = next;
    if (due) updates.push({ step, compress, alpha: schedule.alpha(state) });
  }
  return { updates, state };
}

/** The integers from `first` to before `end`. */
export function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
}
