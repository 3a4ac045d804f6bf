// Colours of the style sheet for canvases, in light and dark.

const dark = matchMedia('(prefers-color-scheme: dark)');

/** The colour that the style sheet gives a name such as `dense`, for what is drawn on a canvas. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls back when the colours change between light and dark. */
export function onThemeChange(redraw: () => void): void {
  dark.addEventListener('change', redraw);
}
