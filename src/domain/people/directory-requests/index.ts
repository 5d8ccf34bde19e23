// Owns: asking directories: the queue of what is asked, who serves it, and the answers (decision 0019).
// Does not: speak to agents (web/smartsync), nor decide what an answer means.
export type { Ask, AskOptions, Passwords, Unanswered } from './ask.ts';
export { DirectoryQueue } from './queue.ts';
export type { ConnectedAgent } from './serving.ts';
export { measureDirectoryRequests, sweepDirectoryRequests, type Waiting } from './table.ts';
