// The worker of the page that loads packed models.
import { serveModels } from '@gcompress/packed/worker';

serveModels();
