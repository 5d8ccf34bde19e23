// A process that a supervisor starts in tests: it serves nothing.
import { joinSiblings } from '../../src/platform/cluster/index.ts';
import { createFigures } from '../../src/platform/metrics/index.ts';

const siblings = await joinSiblings(() => createFigures([]).values());
siblings.onStop(() => process.exit(0));
siblings.tellReady();
