// Owns: what time it is, handed in so that tests can move it. Does not: format times (views do, in the reader's zone).
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };

export const epochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export const addSeconds = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000);
