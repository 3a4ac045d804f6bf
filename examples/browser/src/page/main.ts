// Entry of the training page: checks the browser, then starts the page.
import 'uplot/dist/uPlot.min.css';
import { byId, messageOf, showProblem } from '../ui/dom.ts';
import { missingRequirements } from './requirements.ts';

const missing = missingRequirements();
if (missing.length === 0) {
  // Only now, so that a browser without them loads nothing in vain
  const { startPage } = await import('./training-page.ts');
  await startPage().catch((error: unknown) => showProblem(messageOf(error)));
} else {
  showProblem(`This page needs ${missing.join(', and ')}. This browser does not have it, or it is switched off.`);
  byId('status', HTMLElement).textContent = 'Training is not possible in this browser.';
}
