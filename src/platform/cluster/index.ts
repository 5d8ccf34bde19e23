// Owns: several processes of one program on one port: starting, replacing and ending them, and adding their figures up. Does not: know what they serve.
export { FigureSum } from './add-up-figures.ts';
export type { Ending, Figures } from './messages.ts';
export { joinSiblings, type Siblings } from './siblings.ts';
export { isSupervised, NeverReady, pauseMs, Supervisor } from './supervisor.ts';
